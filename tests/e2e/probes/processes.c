/* processes: fails where it sees or can signal a process that is not its own or its parents'. */
#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int strangers = 0;

	while (proc && (entry = readdir(proc)))
		if (isdigit((unsigned char)*entry->d_name) && atoi(entry->d_name) != 1 &&
		    atoi(entry->d_name) != getpid()) {
			fprintf(stderr, "process %s can be seen\n", entry->d_name);
			strangers++;
		}
	if (!proc || getppid() != 1) {
		fprintf(stderr, "parent %d is not the first process of the sandbox\n", getppid());
		strangers++;
	}
	if (!kill(1, SIGKILL) && getppid() != 1) {
		fprintf(stderr, "the sandbox's first process could be killed\n");
		strangers++;
	}
	return strangers != 0;
}
