/* bomb: forks until it cannot; fails where 2000 processes could be had. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
	for (int i = 0; i < 2000; i++) {
		pid_t child = fork();

		if (child < 0) {
			printf("no more after %d processes: %s\n", i, strerror(errno));
			return 0;
		}
		if (!child)
			for (;;)
				pause();
	}
	fprintf(stderr, "2000 processes could be had\n");
	return 1;
}
