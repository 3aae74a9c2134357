#include <limits.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

enum { WATCHED = 8 };

static int news;

void events_open(void)
{
	sigset_t watched;

	sigemptyset(&watched);
	sigaddset(&watched, SIGCHLD);
	sigaddset(&watched, SIGIO);
	sigprocmask(SIG_BLOCK, &watched, NULL);
	news = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
	if (news < 0)
		init_fail("watching signals");
}

void events_leave(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

uint64_t events_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void reap(void)
{
	struct rusage usage;
	int status;
	pid_t pid;

	while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0)
		if (!run_child_ended(pid, status, &usage))
			keep_child_ended(pid);
}

static int wait_time(uint64_t until)
{
	uint64_t due = keep_due(), now = events_now();

	if (due && (!until || due < until))
		until = due;
	if (!until)
		return -1;
	if (until <= now)
		return 0;
	return until - now > INT_MAX ? INT_MAX : (int)(until - now);
}

void events_wait(struct pollfd *polled, nfds_t count, uint64_t until)
{
	struct pollfd all[WATCHED] = {{.fd = news, .events = POLLIN}};
	struct signalfd_siginfo info;

	for (nfds_t i = 0; i < count; i++)
		all[i + 1] = polled[i];
	if (poll(all, count + 1, wait_time(until)) < 0)
		return;
	for (nfds_t i = 0; i < count; i++)
		polled[i] = all[i + 1];
	if (!all[0].revents)
		return;
	while (read(news, &info, sizeof info) == sizeof info)
		;
	reap();
}
