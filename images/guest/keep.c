#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest.h"

enum { AGENT_PAUSE = 1000 }; /* milliseconds, before it is started again */

static struct {
	char device[300]; /* of the agent; empty: no agent */
	pid_t agent, shell;
	uint64_t due;
} kept;

static void become_agent(void)
{
	int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	dprintf(score, "-1000");
	execl("/usr/sbin/qemu-ga", "qemu-ga", "-m", "virtio-serial", "-p", kept.device, NULL);
}

static void become_shell(const struct boot *boot)
{
	const struct winsize size = {.ws_row = boot->rows, .ws_col = boot->columns};
	int terminal;

	setsid();
	terminal = open("/dev/ttyAMA0", O_RDWR);
	ioctl(terminal, TIOCSCTTY, 1);
	ioctl(terminal, TIOCSWINSZ, &size);
	for (int i = 0; i < 3; i++)
		dup2(terminal, i);
	clearenv();
	setenv("HOME", "/root", 1);
	setenv("TERM", boot->term, 1);
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	if (chdir("/root"))
		fprintf(stderr, "a64rig-guest: there is no /root\n");
	execl("/bin/bash", "-bash", NULL);
	execl("/bin/sh", "-sh", NULL);
}

static void start_agent(void)
{
	kept.due = 0;
	kept.agent = fork();
	if (!kept.agent) {
		events_leave();
		become_agent();
		_exit(127);
	}
}

static void start_shell(const struct boot *boot)
{
	kept.shell = fork();
	if (!kept.shell) {
		events_leave();
		become_shell(boot);
		_exit(127);
	}
}

void keep_start(const struct boot *boot)
{
	if (!access("/usr/sbin/qemu-ga", X_OK) &&
	    port_find(AGENT_PORT, kept.device, sizeof kept.device))
		start_agent();
	if (boot->shell)
		start_shell(boot);
}

void keep_child_ended(pid_t pid)
{
	if (pid == kept.agent)
		kept.due = events_now() + AGENT_PAUSE;
	if (pid == kept.shell)
		init_power_off();
}

uint64_t keep_due(void)
{
	if (kept.due && events_now() >= kept.due)
		start_agent();
	return kept.due;
}
