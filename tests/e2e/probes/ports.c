/* ports: fails where it can write to what its guest and the host talk through. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int writable(const char *name)
{
	static const char garbage[] = "end 9\nexited 0\n";
	char path[300];
	int file;

	snprintf(path, sizeof path, "/dev/%s", name);
	file = open(path, O_WRONLY | O_NONBLOCK);
	if (file < 0)
		return 0;
	if (write(file, garbage, sizeof garbage) < 0)
		fprintf(stderr, "%s could be opened\n", path);
	else
		fprintf(stderr, "%s could be written\n", path);
	close(file);
	return 1;
}

int main(void)
{
	DIR *devices = opendir("/dev");
	struct dirent *entry;
	int ports = 0, broken = 0;

	while (devices && (entry = readdir(devices))) {
		int port = !strncmp(entry->d_name, "vport", 5);

		ports += port;
		if (port || !strncmp(entry->d_name, "vd", 2) || !strcmp(entry->d_name, "ttyAMA0"))
			broken |= writable(entry->d_name);
	}
	printf("%d ports are there\n", ports);
	return broken || !ports;
}
