/* files PATH...: fails where one of the paths can be read or written. Its own folder can be. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int try(const char *path, int flags, const char *what)
{
	int file = open(path, flags, 0600);

	if (file < 0)
		return 0;
	close(file);
	fprintf(stderr, "%s could be %s\n", path, what);
	return 1;
}

int main(int argc, char **argv)
{
	int broken = 0;
	int own = open("own", O_CREAT | O_EXCL | O_WRONLY, 0600);

	for (int i = 1; i < argc; i++) {
		if (!strncmp(argv[i], "read=", 5))
			broken |= try(argv[i] + 5, O_RDONLY, "read");
		else
			broken |= try(argv[i], O_CREAT | O_WRONLY, "written");
	}
	if (own < 0 || write(own, "x", 1) != 1) {
		fprintf(stderr, "its own folder could not be written: %m\n");
		broken = 1;
	}
	return broken;
}
