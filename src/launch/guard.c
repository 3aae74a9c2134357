/*
 * a64rig-guard - ends the guests of a rig that is gone.
 *
 *	a64rig-guard FOLDER
 *
 * The rig holds the other end of descriptor 3. When it hangs up the rig has ended, however that
 * came about: then every process whose command line names FOLDER is killed (QEMU's does: there lie
 * its sockets), and FOLDER is removed. libvirt may be in the middle of starting one, so the search
 * goes on until nothing is found for a while.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RIG = 3, COMMAND_LINE = 1 << 16, QUIET_ROUNDS = 3, ROUND_MS = 20 };

/* Does the process's command line, whose words end with NUL, name the folder? */
static int names(const char *pid, const char *folder)
{
	static char line[COMMAND_LINE];
	char path[64];
	ssize_t length;
	int file;

	snprintf(path, sizeof path, "/proc/%.20s/cmdline", pid);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return 0;
	length = read(file, line, sizeof line);
	close(file);
	return length > 0 && memmem(line, (size_t)length, folder, strlen(folder));
}

/* How many were killed: those of other users cannot be. */
static int kill_all(const char *folder)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;
	int found = 0;

	while (processes && (entry = readdir(processes))) {
		int pid = atoi(entry->d_name);

		if (pid <= 0 || pid == getpid() || !names(entry->d_name, folder))
			continue;
		found += !kill(pid, SIGKILL);
	}
	if (processes)
		closedir(processes);
	return found;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	remove(path);
	return 0;
}

int main(int argc, char **argv)
{
	struct pollfd rig = {.fd = RIG, .events = POLLIN};
	int quiet = 0;

	if (argc != 2 || argv[1][0] != '/') {
		fprintf(stderr, "usage: a64rig-guard FOLDER\n");
		return 2;
	}
	while (poll(&rig, 1, -1) < 0 && errno == EINTR)
		;
	if (rig.revents & POLLNVAL) {
		fprintf(stderr, "a64rig-guard: nothing holds the other end of descriptor 3\n");
		return 2;
	}
	while (quiet < QUIET_ROUNDS) {
		quiet = kill_all(argv[1]) ? 0 : quiet + 1;
		poll(NULL, 0, ROUND_MS);
	}
	nftw(argv[1], remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	return 0;
}
