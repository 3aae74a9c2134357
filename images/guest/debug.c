#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "guest.h"

#define GDBSERVER "/usr/bin/gdbserver"

enum {
	PATIENCE = 10000, /* milliseconds until a host must have opened the port */
	AGAIN = 10,
};

/* A port without a host is at its end, for gdbserver. Only one at a time can have it open. */
static bool has_host(const char *device)
{
	struct pollfd polled = {.fd = open(device, O_RDWR | O_NONBLOCK | O_CLOEXEC)};
	bool there = polled.fd >= 0 && poll(&polled, 1, 0) >= 0 && !(polled.revents & POLLHUP);

	close(polled.fd);
	return there;
}

static bool await_host(const char *device)
{
	uint64_t until = events_now() + PATIENCE;

	while (!has_host(device)) {
		errno = ETIMEDOUT;
		if (events_now() >= until)
			return false;
		poll(NULL, 0, AGAIN);
	}
	return true;
}

/* What it says goes to the console. */
pid_t debug_attach(pid_t pid)
{
	char device[300], number[16];
	pid_t server;

	errno = ENODEV;
	if (!port_find(DEBUG_PORT, device, sizeof device) || access(GDBSERVER, X_OK) ||
	    !await_host(device))
		return -1;
	snprintf(number, sizeof number, "%d", (int)pid);
	server = group_fork(0);
	if (!server) {
		events_leave();
		execl(GDBSERVER, "gdbserver", "--attach", device, number, NULL);
		_exit(127);
	}
	return server;
}
