/* giant: fails where a file can grow to 3 GiB (a sparse one). */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	int file = open("giant", O_CREAT | O_WRONLY, 0600);

	signal(SIGXFSZ, SIG_IGN);
	if (file < 0 || pwrite(file, "x", 1, 1 << 20) != 1) {
		fprintf(stderr, "a file of 1 MiB cannot be written: %m\n");
		return 1;
	}
	if (pwrite(file, "x", 1, 3L << 30) < 0 && errno == EFBIG)
		return 0;
	fprintf(stderr, "a file of 3 GiB could be written\n");
	return 1;
}
