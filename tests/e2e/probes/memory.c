/* memory MIB: fails where so much can be had and touched. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	long limit = argc == 2 ? atol(argv[1]) : 0;

	for (long mib = 0; mib < limit; mib += 8) {
		char *block = malloc(8 << 20);

		if (!block) {
			printf("no more after %ld MiB: %s\n", mib, strerror(errno));
			return 0;
		}
		memset(block, 1, 8 << 20);
	}
	fprintf(stderr, "%ld MiB could be had\n", limit);
	return 1;
}
