/*
 * a64rig-launch - the last step before the emulator: sets its limits, starts it, waits for it and
 * writes down how it ended, exactly as wait(2) says.
 *
 *	a64rig-launch [OPTION=VALUE]... -- PROGRAM [ARGUMENT]...
 *
 * Options: address-space=MIB  cpu=SECONDS  file=MIB  core=MIB  processes=N  user=UID  group=GID
 *	    sweep=1  (kill what the program leaves running; needed outside a PID namespace)
 *
 * It is the first process of the sandbox's PID namespace, so that whatever the program leaves
 * running dies with it (pid_namespaces(7)). Where user= is given, the program alone gives up root.
 * The report goes to descriptor 3, one line, which the program does not inherit (to standard error
 * where it is started by hand, without that descriptor):
 *
 *	exited STATUS MAXRSS-KIB
 *	signalled SIGNAL MAXRSS-KIB
 *	failed ERRNO STEP
 *
 * When that descriptor hangs up, the rig has died or wants the run to end: so does the launcher,
 * and all that it started. Signals would not do: bubblewrap's parent can die before its child has
 * asked to die with it. Each byte that comes in on it is a signal for the program.
 *
 * QEMU dumps the program's core itself, below the core limit (linux-user/elfload.c); the kernel
 * would add one of QEMU, a hundred times larger, so that one's contents are switched off
 * (core(5), coredump_filter).
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REPORT = 3, MIB = 1 << 20 };

static const struct {
	const char *name;
	int resource;
	rlim_t unit;
} limits[] = {
	{"address-space", RLIMIT_AS, MIB}, {"cpu", RLIMIT_CPU, 1},
	{"file", RLIMIT_FSIZE, MIB},       {"core", RLIMIT_CORE, MIB},
	{"processes", RLIMIT_NPROC, 1},
};
enum { LIMITS = sizeof limits / sizeof *limits };

struct request {
	rlim_t limit[LIMITS]; /* RLIM_INFINITY: leave it */
	long user, group;     /* -1: leave it */
	int sweep;
	char **argv;
};

static int failed(const char *step)
{
	dprintf(REPORT, "failed %d %s\n", errno, step);
	return 1;
}

static int parse_option(struct request *request, const char *word)
{
	const char *value = strchr(word, '=');
	size_t length = value ? (size_t)(value - word) : 0;
	char *end;
	long number;

	if (!value)
		return 0;
	number = strtol(value + 1, &end, 10);
	if (*end || end == value + 1 || number < 0)
		return 0;
	for (int i = 0; i < LIMITS; i++)
		if (strlen(limits[i].name) == length && !strncmp(word, limits[i].name, length)) {
			request->limit[i] = (rlim_t)number * limits[i].unit;
			return 1;
		}
	if (!strncmp(word, "user=", 5))
		request->user = number;
	else if (!strncmp(word, "group=", 6))
		request->group = number;
	else if (!strncmp(word, "sweep=", 6))
		request->sweep = number != 0;
	else
		return 0;
	return 1;
}

static int parse(struct request *request, char **argv)
{
	request->user = request->group = -1;
	request->sweep = 0;
	for (int i = 0; i < LIMITS; i++)
		request->limit[i] = RLIM_INFINITY;
	for (argv++; *argv && strcmp(*argv, "--") != 0; argv++)
		if (!parse_option(request, *argv)) {
			dprintf(STDERR_FILENO, "a64rig-launch: bad option '%s'\n", *argv);
			return 0;
		}
	request->argv = *argv ? argv + 1 : argv;
	return *request->argv != NULL;
}

static void quiet_kernel_core(void)
{
	int file = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);

	if (file < 0)
		return;
	if (write(file, "0", 1) != 1)
		errno = 0; /* a large core of QEMU is a nuisance, not a failure */
	close(file);
}

static int limit(const struct request *request)
{
	for (int i = 0; i < LIMITS; i++) {
		struct rlimit both = {request->limit[i], request->limit[i]};

		if (request->limit[i] == RLIM_INFINITY)
			continue;
		/* At the hard limit of CPU time comes SIGKILL: leave room for SIGXCPU. */
		if (limits[i].resource == RLIMIT_CPU)
			both.rlim_max += 5;
		if (setrlimit(limits[i].resource, &both))
			return 0;
	}
	return 1;
}

static int give_up_root(const struct request *request)
{
	gid_t group = (gid_t)request->group;
	uid_t user = (uid_t)request->user;

	if (request->group >= 0 && (setgroups(0, NULL) || setresgid(group, group, group)))
		return 0;
	return request->user < 0 || !setresuid(user, user, user);
}

/* In the child; comes back only to report a failure. */
static void become(const struct request *request)
{
	if (!give_up_root(request)) {
		failed("giving up root");
		return;
	}
	/* Clearing user identity clears this, so it comes after. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!limit(request)) {
		failed("setting limits");
		return;
	}
	execvp(request->argv[0], request->argv);
	failed("starting the emulator");
}

/* Kills every descendant: orphans become our children, until there are none. */
static void sweep(void)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
	for (;;) {
		FILE *children = fopen(path, "re");
		int pid, seen = 0;

		while (children && fscanf(children, "%d", &pid) == 1) {
			kill(pid, SIGKILL);
			seen = 1;
		}
		if (children)
			fclose(children);
		if (!seen)
			return;
		while (waitpid(-1, NULL, 0) < 0 && errno == EINTR)
			;
	}
}

/* FALSE: the rig has hung up. */
static int pass_signal(pid_t program)
{
	unsigned char number;

	if (read(REPORT, &number, 1) != 1)
		return 0;
	kill(program, number);
	return 1;
}

/* Waits for the program's end, or for the rig's: then descriptor 3 hangs up. As the first process
 * of a namespace it is given orphans to reap, too. */
static int await(pid_t program, int children, int *status, struct rusage *usage)
{
	struct pollfd polled[] = {{.fd = children, .events = POLLIN}, {.fd = REPORT}};
	struct signalfd_siginfo news;
	struct stat report;

	/* What is typed on a terminal is not for us. */
	if (!fstat(REPORT, &report) && S_ISSOCK(report.st_mode))
		polled[1].events = POLLIN;

	for (;;) {
		pid_t pid;

		while ((pid = wait4(-1, status, WNOHANG, usage)) > 0)
			if (pid == program)
				return 1;
		if (poll(polled, 2, -1) < 0 && errno != EINTR)
			return 0;
		if (polled[1].revents && (polled[1].revents != POLLIN || !pass_signal(program)))
			return 0;
		if (polled[0].revents && read(children, &news, sizeof news) < 0 && errno != EINTR)
			return 0;
	}
}

/* A descriptor that can be read when a child has ended. */
static int watch_children(sigset_t *before)
{
	sigset_t ended;

	sigemptyset(&ended);
	sigaddset(&ended, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ended, before);
	return signalfd(-1, &ended, SFD_CLOEXEC);
}

int main(int argc, char **argv)
{
	struct request request;
	struct rusage usage;
	sigset_t before;
	int status, children, ended;
	pid_t program;

	(void)argc;
	if (!parse(&request, argv)) {
		dprintf(STDERR_FILENO, "usage: a64rig-launch [OPTION=VALUE]... -- PROGRAM "
				       "[ARGUMENT]...\n");
		return 2;
	}
	if (fcntl(REPORT, F_SETFD, FD_CLOEXEC) && dup3(STDERR_FILENO, REPORT, O_CLOEXEC) < 0)
		return 2;
	quiet_kernel_core();
	if (request.sweep)
		prctl(PR_SET_CHILD_SUBREAPER, 1);
	children = watch_children(&before);
	if (children < 0)
		return failed("watching the emulator");
	program = fork();
	if (program < 0)
		return failed("fork");
	if (!program) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		become(&request);
		_exit(127);
	}
	ended = await(program, children, &status, &usage);
	if (request.sweep)
		sweep();
	if (ended)
		dprintf(REPORT, "%s %d %ld\n", WIFEXITED(status) ? "exited" : "signalled",
			WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status),
			usage.ru_maxrss);
	return 0;
}
