#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "guest.h"

enum { CORE_ROOM = 1 << 20 };

static const struct sockaddr_un address = {AF_UNIX, "/rig/core"};
static int listener = -1;

/* A message of a process number, with one descriptor. */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

struct message {
	pid_t pid;
	struct iovec bytes;
	union control control;
	struct msghdr header;
};

static void message_init(struct message *message)
{
	memset(message, 0, sizeof *message);
	message->bytes = (struct iovec){&message->pid, sizeof message->pid};
	message->header.msg_iov = &message->bytes;
	message->header.msg_iovlen = 1;
	message->header.msg_control = &message->control;
	message->header.msg_controllen = sizeof message->control;
}

void core_open(void)
{
	mode_t before = umask(0177);

	listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener < 0 || bind(listener, (const struct sockaddr *)&address, sizeof address) ||
	    listen(listener, 16))
		init_fail("making the socket for cores");
	umask(before);
}

int core_descriptor(void)
{
	return listener;
}

static int receive(int connection, pid_t *pid)
{
	struct message message;
	const struct cmsghdr *control;
	int core = -1;

	message_init(&message);
	if (recvmsg(connection, &message.header, MSG_CMSG_CLOEXEC) != sizeof *pid)
		return -1;
	*pid = message.pid;
	control = CMSG_FIRSTHDR(&message.header);
	if (control && control->cmsg_type == SCM_RIGHTS)
		memcpy(&core, CMSG_DATA(control), sizeof core);
	if (core >= 0) {
		fcntl(core, F_SETFL, O_NONBLOCK);
		fcntl(core, F_SETPIPE_SZ, CORE_ROOM);
	}
	return core;
}

/* The kernel starts its process before it dumps, so that one that comes after its core's end, when
 * the run has been killed, is of no use any more. */
int core_take(pid_t *pid)
{
	int connection, core;

	while ((connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		core = receive(connection, pid);
		close(connection);
		if (core >= 0 && !kill(*pid, 0))
			return core;
		if (core >= 0)
			close(core);
	}
	return -1;
}

int core_hand_on(const char *pid)
{
	int connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), core = STDIN_FILENO;
	struct message message;
	struct cmsghdr *control;

	message_init(&message);
	message.pid = (pid_t)strtol(pid, NULL, 10);
	control = CMSG_FIRSTHDR(&message.header);
	control->cmsg_level = SOL_SOCKET;
	control->cmsg_type = SCM_RIGHTS;
	control->cmsg_len = CMSG_LEN(sizeof core);
	memcpy(CMSG_DATA(control), &core, sizeof core);
	if (connection < 0 ||
	    connect(connection, (const struct sockaddr *)&address, sizeof address) ||
	    sendmsg(connection, &message.header, 0) < 0)
		return 1;
	return 0;
}
