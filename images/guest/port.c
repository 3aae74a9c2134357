#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

static struct {
	int descriptor;
	size_t begin, end; /* of what is to be written */
	char bytes[PIECE_MAX + 4096];
} port;

static bool has_name(const char *entry, const char *name)
{
	char path[300], found[64] = "";
	FILE *file;

	snprintf(path, sizeof path, "/sys/class/virtio-ports/%s/name", entry);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (fscanf(file, "%63s", found) != 1)
		found[0] = 0;
	fclose(file);
	return !strcmp(found, name);
}

bool port_find(const char *name, char *device, size_t size)
{
	DIR *folder = opendir("/sys/class/virtio-ports");
	const struct dirent *entry;
	bool found = false;

	while (!found && folder && (entry = readdir(folder)))
		if (entry->d_name[0] != '.' && has_name(entry->d_name, name)) {
			snprintf(device, size, "/dev/%s", entry->d_name);
			found = true;
		}
	if (folder)
		closedir(folder);
	return found;
}

/* A port without a host cannot be polled: it always has something to tell, that there is no host.
 * The kernel sends SIGIO when that changes (drivers/char/virtio_console.c, send_sigio_to_port). */
void port_open(void)
{
	char device[300];

	if (!port_find(RUN_PORT, device, sizeof device))
		init_fail("finding the port " RUN_PORT);
	port.descriptor = open(device, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (port.descriptor < 0 || fcntl(port.descriptor, F_SETOWN, getpid()) ||
	    fcntl(port.descriptor, F_SETFL, O_NONBLOCK | O_ASYNC))
		init_fail("opening the port " RUN_PORT);
}

int port_descriptor(void)
{
	return port.descriptor;
}

ssize_t port_read(void *bytes, size_t size)
{
	return read(port.descriptor, bytes, size);
}

bool port_connected(void)
{
	struct pollfd polled = {.fd = port.descriptor};

	return poll(&polled, 1, 0) == 0;
}

bool port_pending(void)
{
	return port.begin < port.end;
}

void port_forget(void)
{
	port.begin = port.end = 0;
}

void port_frame(const char *name, const void *bytes, size_t length)
{
	char *at = port.bytes + port.end;

	at += sprintf(at, "%s %zu\n", name, length);
	if (length)
		memcpy(at, bytes, length);
	port.end = (size_t)(at - port.bytes) + length;
}

void port_end(const char *format, ...)
{
	char line[256];
	va_list values;

	va_start(values, format);
	vsnprintf(line, sizeof line, format, values);
	va_end(values);
	port_frame("end", line, strlen(line));
}

void port_flush(void)
{
	while (port_pending()) {
		ssize_t n = write(port.descriptor, port.bytes + port.begin, port.end - port.begin);

		if (n < 0)
			return;
		port.begin += (size_t)n;
	}
	port_forget();
}
