/* fill: writes until its folder is full; fails where 1 GiB fits in there. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
	static char block[1 << 20];
	int file = -1;

	for (int mib = 0; mib < 1024; mib++) {
		if (mib % 64 == 0) {
			char name[32];

			if (file >= 0)
				close(file);
			snprintf(name, sizeof name, "part-%d", mib / 64);
			file = open(name, O_CREAT | O_WRONLY, 0600);
		}
		if (file < 0 || write(file, block, sizeof block) != sizeof block) {
			printf("no more after %d MiB: %s\n", mib, strerror(errno));
			return 0;
		}
	}
	fprintf(stderr, "1 GiB could be written\n");
	return 1;
}
