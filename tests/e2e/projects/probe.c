/* One program for the tests of `a64rig exec`: PROBE WHAT [ARGUMENT]... */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static sigjmp_buf back;
static volatile sig_atomic_t got;

static void note(int number)
{
	got = number;
}

static void jump(int number)
{
	(void)number;
	siglongjmp(back, 1);
}

__attribute__((noinline)) static void lse(void)
{
	int there = 0, one = 1;

	__asm__ volatile(".arch_extension lse\n\tldadd %w0, %w0, [%1]"
			 : "+r"(one)
			 : "r"(&there)
			 : "memory");
}

static int say_args(int argc, char **argv)
{
	for (int i = 2; i < argc; i++)
		printf("[%s]", argv[i]);
	return puts("") < 0;
}

static int copy(void)
{
	static char bytes[1 << 16];
	ssize_t count;

	while ((count = read(0, bytes, sizeof bytes)) > 0)
		if (write(1, bytes, (size_t)count) != count)
			return 1;
	return count != 0;
}

static int await_signal(int number)
{
	signal(number, note);
	puts("ready");
	fflush(stdout);
	while (!got)
		usleep(10000);
	printf("got %d\n", (int)got);
	return 7;
}

static int handle(void)
{
	signal(SIGILL, jump);
	if (!sigsetjmp(back, 1)) {
		lse();
		return 1;
	}
	puts("no LSE, and no harm");
	return 0;
}

static int touch(const char *path)
{
	int file = open(path, O_WRONLY | O_CREAT, 0644);

	printf("%s\n", file < 0 ? strerror(errno) : "written");
	return 0;
}

static int reach(const char *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons((unsigned short)atoi(port))};
	int socket_ = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	puts(connect(socket_, (struct sockaddr *)&address, sizeof address) ? "no way"
									   : "connected");
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	const char *word = argc > 2 ? argv[2] : "";
	char line[256];

	if (!strcmp(what, "args"))
		return say_args(argc, argv);
	if (!strcmp(what, "cat"))
		return copy();
	if (!strcmp(what, "env"))
		return puts(getenv(word) ? getenv(word) : "(unset)") < 0;
	if (!strcmp(what, "pwd"))
		return puts(getcwd(line, sizeof line) ? line : "?") < 0;
	if (!strcmp(what, "exit"))
		return atoi(word);
	if (!strcmp(what, "die"))
		return raise(atoi(word));
	if (!strcmp(what, "await"))
		return await_signal(atoi(word));
	if (!strcmp(what, "handle"))
		return handle();
	if (!strcmp(what, "touch"))
		return touch(word);
	if (!strcmp(what, "exists"))
		return access(word, F_OK) != 0;
	if (!strcmp(what, "reach"))
		return reach(word);
	if (!strcmp(what, "type"))
		return puts(ioctl(0, TIOCSTI, "x") ? strerror(errno) : "typed") < 0;
	if (!strcmp(what, "udf"))
		__asm__ volatile(".inst 0");
	if (!strcmp(what, "lse")) {
		if (fgets(line, sizeof line, stdin))
			printf("read %s", line);
		fflush(stdout);
		lse();
		return 0;
	}
	fprintf(stderr, "probe: no '%s'\n", what);
	return 99;
}
