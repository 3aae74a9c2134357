/* traces: fails where it finds what an earlier run of it has left, then leaves some itself: files,
 * a process, System V shared memory, a POSIX message queue, a key. */
#include <dirent.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { KEY = 0xa64, USER_KEYRING = -4 };

static int found;

static void tell(const char *what)
{
	fprintf(stderr, "there is %s of an earlier run\n", what);
	found = 1;
}

static void leave_file(const char *path)
{
	int file;

	if (!access(path, F_OK))
		tell(path);
	file = open(path, O_CREAT | O_WRONLY, 0600);
	if (file < 0)
		fprintf(stderr, "%s cannot be made\n", path);
	else
		close(file);
}

static void look_for_processes(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	while (proc && (entry = readdir(proc))) {
		char path[300], name[64] = "";
		FILE *file;

		snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
		file = fopen(path, "r");
		if (file && fgets(name, sizeof name, file) && !strcmp(name, "a64rig-left\n"))
			tell("a process");
		if (file)
			fclose(file);
	}
	if (proc)
		closedir(proc);
}

static void leave_process(void)
{
	if (fork())
		return;
	setsid();
	prctl(PR_SET_NAME, "a64rig-left");
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	for (;;)
		pause();
}

static void leave_ipc(void)
{
	mqd_t queue = mq_open("/a64rig", O_RDWR);

	if (shmget(KEY, 4096, 0) >= 0)
		tell("shared memory");
	if (queue >= 0)
		tell("a message queue");
	if (syscall(SYS_request_key, "user", "a64rig", NULL, USER_KEYRING) > 0)
		tell("a key");
	shmget(KEY, 4096, IPC_CREAT | 0600);
	mq_open("/a64rig", O_CREAT | O_RDWR, 0600, NULL);
	syscall(SYS_add_key, "user", "a64rig", "word", 4, USER_KEYRING);
}

int main(void)
{
	static const char *const files[] = {"/rig/run/trace-1", "/tmp/trace-2", "/var/tmp/trace-3",
					    "/dev/shm/trace-4"};

	look_for_processes();
	for (unsigned i = 0; i < sizeof files / sizeof *files; i++)
		leave_file(files[i]);
	leave_ipc();
	leave_process();
	return found;
}
