#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

enum { OUT, ERR, CORE, SOURCES, PORT = SOURCES, CALLS, POLLED };

/* Milliseconds in which more may gather after a small piece. Process 1 goes before all others, and
 * so would be woken by every line, and by every page of a core. */
enum { REST = 2 };

/* Cores of one run, not counting the program's own. */
enum { CORES = 4 };

/* Where pieces come from; the descriptor is -1 when there are no more. */
struct source {
	int descriptor;
	char name[24];
};

static struct {
	pid_t program;
	pid_t debugger; /* 0: none, or no more */
	int status;     /* of the program, once it has ended */
	long peak;      /* KiB */
	bool ended;     /* the program */
	bool gone;      /* all of its processes */
	bool killed, timed_out, host_left;
	const char *wrong; /* the step that failed although there is a process, with its error */
	int error;
	uint64_t deadline, rest, oom_kills;
	struct source sources[SOURCES];
	int cores; /* taken */
	bool own_core;
} now;

static bool set_clock(const struct order *order)
{
	return !order->time.tv_sec || !clock_settime(CLOCK_REALTIME, &order->time);
}

static bool add_seed(const struct order *order)
{
	struct {
		struct rand_pool_info info;
		unsigned char bytes[sizeof order->seed];
	} pool = {.info = {(int)order->seed_size * 8, (int)order->seed_size}};
	int device = open("/dev/random", O_RDWR | O_CLOEXEC);
	bool added;

	memcpy(pool.info.buf, order->seed, order->seed_size);
	added = device >= 0 && !ioctl(device, RNDADDENTROPY, &pool) &&
		!ioctl(device, RNDRESEEDCRNG);
	close(device);
	return added;
}

static uint64_t oom_kills(void)
{
	FILE *file = fopen("/proc/vmstat", "re");
	char name[64];
	unsigned long value, kills = 0;

	while (file && fscanf(file, "%63s %lu", name, &value) == 2)
		if (!strcmp(name, "oom_kill"))
			kills = value;
	if (file)
		fclose(file);
	return kills;
}

static bool set_limits(const struct order *order)
{
	const struct rlimit any = {RLIM_INFINITY, RLIM_INFINITY};

	for (int i = 0; i < LIMITS; i++) {
		struct rlimit both = {order->limit[i], order->limit[i]};

		if (order->limit[i] == RLIM_INFINITY)
			continue;
		/* At the hard limit of CPU time comes SIGKILL: leave room for SIGXCPU. */
		if (order_resource(i) == RLIMIT_CPU)
			both.rlim_max += 5;
		if (setrlimit((__rlimit_resource_t)order_resource(i), &both))
			return false;
	}
	return !setrlimit(RLIMIT_CORE, &any);
}

/* Before root is given up. It is the first that the kernel kills for want of memory. */
static bool offer_to_oom(const struct order *order)
{
	int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	bool offered = score >= 0 && write(score, "1000", 4) == 4;

	(void)order;
	close(score);
	return offered;
}

static bool give_up_root(const struct order *order)
{
	(void)order;
	return !setgroups(0, NULL) && !setresgid(CASE_USER, CASE_USER, CASE_USER) &&
	       !setresuid(CASE_USER, CASE_USER, CASE_USER);
}

/* A user's keyrings outlive its processes. */
static bool forget_keys(const struct order *order)
{
	static const long calls[][3] = {
		{KEYCTL_CLEAR, KEY_SPEC_USER_KEYRING},
		{KEYCTL_CLEAR, KEY_SPEC_USER_SESSION_KEYRING},
		{KEYCTL_LINK, KEY_SPEC_USER_KEYRING, KEY_SPEC_USER_SESSION_KEYRING},
	};
	long kept = syscall(SYS_keyctl, KEYCTL_GET_PERSISTENT, -1, KEY_SPEC_PROCESS_KEYRING);

	(void)order;
	if (kept > 0)
		syscall(SYS_keyctl, KEYCTL_CLEAR, kept);
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (syscall(SYS_keyctl, calls[i][0], calls[i][1], calls[i][2]) && errno != ENOSYS)
			return false;
	return true;
}

static bool masks(const struct order *order)
{
	return order->hwcap != UINT64_MAX || order->hwcap2 != UINT64_MAX;
}

static bool traces(const struct order *order)
{
	return masks(order) || order->debug;
}

static bool ask_to_be_traced(const struct order *order)
{
	return !traces(order) || !ptrace(PTRACE_TRACEME, 0, 0, 0);
}

static bool start_program(const struct order *order)
{
	char path[300];
	char *argv[LIST_MAX + 1];

	snprintf(path, sizeof path, "/rig/case/%s", order_basename(order->program));
	memcpy(argv, order->args.item, sizeof argv);
	argv[0] = path;
	execve(path, argv, order->env.item);
	return false;
}

static bool set_output(const int *pipes)
{
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

	return nothing >= 0 && dup2(nothing, 0) >= 0 && dup2(pipes[0], 1) >= 0 &&
	       dup2(pipes[1], 2) >= 0 && setsid() >= 0;
}

/* In the child, which is to become the program. Comes back only to report a failure. */
static const char *become(const struct order *order, const int *output)
{
	static const struct {
		bool (*take)(const struct order *order);
		const char *name;
	} steps[] = {
		{stage_files, "placing the program's files"},
		{stage_scratch, "making /rig/run"},
		{offer_to_oom, "setting the OOM score"},
		{give_up_root, "giving up root"},
		{forget_keys, "clearing keyrings"},
		{set_limits, "setting limits"},
		{ask_to_be_traced, "being traced"},
		{start_program, "starting the program"},
	};

	events_leave();
	if (!set_output(output))
		return "setting the output";
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (!steps[i].take(order))
			return steps[i].name;
	return NULL;
}

/* What the child tells of a failure, before it is the program: false when it told nothing. */
static bool failure(int report)
{
	char line[128];
	ssize_t n = read(report, line, sizeof line - 1);

	if (n <= 0)
		return false;
	line[n] = 0;
	port_end("failed %s", line);
	return true;
}

/* Starts the program, or reports why it cannot be. */
static bool start(const struct order *order)
{
	int out[2], err[2], report[2];

	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC) || pipe2(report, O_CLOEXEC))
		init_fail("making pipes");
	now.program = group_fork(CLONE_NEWNS | CLONE_NEWIPC);
	if (!now.program) {
		const char *step = become(order, (int[]){out[1], err[1]});

		dprintf(report[1], "%d %s", errno, step);
		_exit(127);
	}
	close(out[1]);
	close(err[1]);
	close(report[1]);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	now.sources[OUT] = (struct source){out[0], "out"};
	now.sources[ERR] = (struct source){err[0], "err"};
	if (now.program < 0)
		port_end("failed %d fork", errno);
	else if (!failure(report[0])) {
		close(report[0]);
		return true;
	}
	close(report[0]);
	return false;
}

bool run_child_ended(pid_t pid, int status, const struct rusage *usage)
{
	if (pid == now.debugger)
		now.debugger = 0;
	if (!now.program || pid != now.program)
		return false;
	now.status = status;
	now.peak = usage->ru_maxrss;
	now.ended = true;
	return true;
}

static void kill_all(void)
{
	if (!now.killed)
		group_kill();
	now.killed = true;
}

static void close_source(struct source *source)
{
	if (source == &now.sources[CORE] && source->descriptor >= 0)
		port_frame(source->name, NULL, 0);
	if (source->descriptor >= 0)
		close(source->descriptor);
	source->descriptor = -1;
}

/* Hands on a piece. Once everything is dead, what is in a pipe is all there will ever be. */
static void relay(struct source *source)
{
	static char piece[PIECE_MAX];
	ssize_t n = read(source->descriptor, piece, sizeof piece);

	if (n > 0 && n < PIECE_MAX)
		now.rest = events_now() + REST;
	if (n > 0)
		port_frame(source->name, piece, (size_t)n);
	else if (!n || errno != EAGAIN || now.gone)
		close_source(source);
}

/* A process whose core nobody reads dies without waiting. */
static void take_core(void)
{
	struct source *core = &now.sources[CORE];
	pid_t pid = 0;
	int descriptor = core_take(&pid);

	if (descriptor < 0)
		return;
	if (now.own_core || (pid != now.program && now.cores == CORES)) {
		close(descriptor);
		return;
	}
	now.own_core = pid == now.program;
	now.cores += !now.own_core;
	core->descriptor = descriptor;
	snprintf(core->name, sizeof core->name, "core:%d", (int)pid);
}

/* Looks at what has changed, and moves at most one piece. A debugger is left to tell of the
 * program's end. */
static void act(const struct pollfd *polled)
{
	if (polled[PORT].revents & POLLHUP)
		now.host_left = true;
	if (!now.ended && events_now() >= now.deadline)
		now.timed_out = true;
	if ((now.ended && !now.debugger) || now.timed_out || now.host_left || now.wrong)
		kill_all();
	if (now.ended && !now.gone)
		now.gone = group_empty();
	if (now.host_left)
		port_forget();
	port_flush();
	for (int i = 0; i < SOURCES && !port_pending(); i++)
		if (now.sources[i].descriptor >= 0 && (polled[i].revents || now.gone))
			relay(&now.sources[i]);
	if (!port_pending() && polled[CALLS].revents && now.sources[CORE].descriptor < 0)
		take_core();
}

static bool finished(void)
{
	bool dry = now.host_left;

	if (!dry)
		dry = now.sources[OUT].descriptor < 0 && now.sources[ERR].descriptor < 0 &&
		      now.sources[CORE].descriptor < 0;
	return now.gone && dry && (now.host_left || !port_pending());
}

static bool resting(void)
{
	return events_now() < now.rest;
}

/* When there is something to do although nothing happens, or 0: what is dead, for example, says no
 * more. */
static uint64_t next_time(bool full)
{
	if (now.gone && !full)
		return 1;
	if (resting() && !full)
		return now.rest;
	return now.killed ? 0 : now.deadline;
}

static void watch(struct pollfd *polled)
{
	bool full = port_pending(), idle = full || resting();

	polled[PORT].fd = now.host_left ? -1 : port_descriptor();
	polled[PORT].events = full ? POLLOUT : 0;
	for (int i = 0; i < SOURCES; i++)
		polled[i] = (struct pollfd){idle ? -1 : now.sources[i].descriptor, POLLIN, 0};
	polled[CALLS].fd = idle || now.sources[CORE].descriptor >= 0 ? -1 : core_descriptor();
	polled[CALLS].events = POLLIN;
	events_wait(polled, POLLED, next_time(full));
}

static void collect(void)
{
	while (!finished()) {
		struct pollfd polled[POLLED] = {0};

		watch(polled);
		act(polled);
	}
	for (int i = 0; i < SOURCES; i++)
		close_source(&now.sources[i]);
	if (now.host_left)
		port_forget();
}

/* A file that the disk gives only in part ends a program in its own way: a page that cannot be read
 * by SIGBUS, a library that cannot by ld.so's 127. */
static bool disk_failed(const struct order *order)
{
	bool suspect = WIFSIGNALED(now.status) ? WTERMSIG(now.status) == SIGBUS
					       : WEXITSTATUS(now.status) == 127;

	return suspect && !stage_readable(order);
}

static void report(const struct order *order)
{
	if (now.wrong)
		port_end("failed %d %s", now.error, now.wrong);
	else if (now.timed_out)
		port_end("timed-out");
	else if (disk_failed(order))
		port_end("failed %d reading the data disk", errno);
	else if (WIFEXITED(now.status))
		port_end("exited %d %ld", WEXITSTATUS(now.status), now.peak);
	else if (WTERMSIG(now.status) == SIGKILL && oom_kills() > now.oom_kills)
		port_end("out-of-memory");
	else
		port_end("signalled %d %ld", WTERMSIG(now.status), now.peak);
}

static void say_hwcaps(void)
{
	static const char key[] = "Features";
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[1024], *value;

	while (file && fgets(line, sizeof line, file)) {
		value = strchr(line, ':');
		if (strncmp(line, key, strlen(key)) != 0 || !value)
			continue;
		value += strspn(value, ": ");
		port_frame("hwcaps", value, strcspn(value, "\n"));
		break;
	}
	if (file)
		fclose(file);
}

/* The steps before there is a process of the program's own. */
static const char *make_ready(const struct order *order)
{
	if (!set_clock(order))
		return "setting the clock";
	if (order->seed_size && !add_seed(order))
		return "adding the seed";
	return stage_data() ? NULL : "mounting the data disk";
}

static void run_program(const struct order *order)
{
	now.deadline = events_now() + order->timeout;
	now.oom_kills = oom_kills();
	if (!start(order)) {
		for (int i = 0; i < SOURCES; i++)
			close_source(&now.sources[i]);
		return;
	}
	if (traces(order) && !hwcap_mask(now.program, order->hwcap, order->hwcap2, order->debug)) {
		now.error = errno;
		now.wrong = "masking the HWCAPs";
	} else if (order->debug && (now.debugger = debug_attach(now.program)) < 0) {
		now.error = errno;
		now.wrong = "attaching gdbserver";
	}
	collect();
	if (!now.host_left)
		report(order);
}

void run(const struct order *order)
{
	const char *step;

	memset(&now, 0, sizeof now);
	for (int i = 0; i < SOURCES; i++)
		now.sources[i].descriptor = -1;
	say_hwcaps();
	step = make_ready(order);
	if (step)
		port_end("failed %d %s", errno, step);
	else
		run_program(order);
	now.program = 0;
}
