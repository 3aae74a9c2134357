#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "guest.h"

enum { AGENT_PAUSE = 1000 }; /* milliseconds, before it is started again */

static struct {
	char device[300]; /* of the agent; empty: no agent */
	pid_t agent, shell;
	int terminal; /* the shell's */
	uint64_t due;
} kept;

static void become_agent(void)
{
	int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	dprintf(score, "-1000");
	execl("/usr/sbin/qemu-ga", "qemu-ga", "-m", "virtio-serial", "-p", kept.device, NULL);
}

/* A script comes line by line, and ends with an end of file; nothing else in it or in what its
 * commands say has a meaning. */
static void set_terminal(const struct boot *boot)
{
	const struct winsize size = {.ws_row = boot->rows, .ws_col = boot->columns};
	struct termios modes;

	kept.terminal = open("/dev/ttyAMA0", O_RDWR | O_NOCTTY | O_CLOEXEC);
	ioctl(kept.terminal, TIOCSWINSZ, &size);
	if (!boot->script || tcgetattr(kept.terminal, &modes))
		return;
	modes.c_iflag = IGNBRK;
	modes.c_oflag = 0;
	modes.c_lflag = ICANON;
	for (int i = 0; i < NCCS; i++)
		modes.c_cc[i] = i == VEOF ? 4 : _POSIX_VDISABLE;
	tcsetattr(kept.terminal, TCSANOW, &modes);
}

static void become_shell(const struct boot *boot)
{
	setsid();
	ioctl(kept.terminal, TIOCSCTTY, 1);
	for (int i = 0; i < 3; i++)
		dup2(kept.terminal, i);
	clearenv();
	setenv("HOME", "/root", 1);
	setenv("TERM", boot->term, 1);
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("PS1", "\\u@\\h:\\w\\$ ", 1);
	if (chdir("/root"))
		fprintf(stderr, "a64rig-guest: there is no /root\n");
	/* One that is given a file to read does not prompt. */
	execl("/bin/bash", "-bash", boot->script ? "/dev/stdin" : NULL, NULL);
	execl("/bin/sh", "-sh", boot->script ? "/dev/stdin" : NULL, NULL);
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

/* Once the agent is there, the shell's terminal is as it will be: what comes then is not lost. */
void keep_start(const struct boot *boot)
{
	if (boot->shell)
		set_terminal(boot);
	if (!access("/usr/sbin/qemu-ga", X_OK) &&
	    port_find(AGENT_PORT, kept.device, sizeof kept.device))
		start_agent();
	if (boot->shell)
		start_shell(boot);
}

/* That it powers off is no news for whoever ended the shell (Documentation/ABI/testing/sysfs-tty).
 */
static void silence_kernel(void)
{
	int console = open("/sys/class/tty/ttyAMA0/console", O_WRONLY | O_CLOEXEC);

	dprintf(console, "N");
}

void keep_child_ended(pid_t pid)
{
	if (pid == kept.agent)
		kept.due = events_now() + AGENT_PAUSE;
	if (pid == kept.shell) {
		silence_kernel();
		init_power_off();
	}
}

void keep_no_agent(void)
{
	pid_t agent = kept.agent;

	kept.agent = 0;
	kept.due = 0;
	if (agent > 0)
		kill(agent, SIGKILL);
}

uint64_t keep_due(void)
{
	if (kept.due && events_now() >= kept.due)
		start_agent();
	return kept.due;
}
