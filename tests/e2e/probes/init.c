/* init HOW: what stands for the first process of a guest that cannot be used: it ends, hangs, or
 * speaks garbage where the agent should. Built statically for that. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void load_modules(void)
{
	FILE *order = fopen("/modules/order", "re");
	char name[256], path[300];

	while (order && fscanf(order, "%255s", name) == 1) {
		int file;

		snprintf(path, sizeof path, "/modules/%s", name);
		file = open(path, O_RDONLY | O_CLOEXEC);
		syscall(SYS_finit_module, file, "", 0);
		close(file);
	}
}

/* Into every port: one of them is the agent's. */
static void speak_garbage(void)
{
	static const char garbage[] = "\xff\xfe{\"return\": nothing}\n";

	mkdir("/dev", 0755);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	load_modules();
	for (;;) {
		for (int port = 0; port < 32; port++) {
			char path[64];
			int file;

			snprintf(path, sizeof path, "/dev/vport%dp%d", port / 8, port % 8);
			file = open(path, O_RDWR | O_NONBLOCK);
			if (file >= 0 && write(file, garbage, sizeof garbage - 1) > 0)
				usleep(1000);
		}
		usleep(100000);
	}
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[argc - 1] : "";

	printf("this is the init that %ss\n", how);
	fflush(stdout);
	if (!strcmp(how, "hang"))
		for (;;)
			pause();
	if (!strcmp(how, "speak"))
		speak_garbage();
	return 1;
}
