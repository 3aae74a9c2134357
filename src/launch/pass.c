/*
 * a64rig-pass - the last step before the emulator where a program is run in somebody else's place:
 * `a64rig exec`. Starts it with what it was given itself, files, signals, terminal, and says how it
 * ended.
 *
 *	a64rig-pass report=FD core=FD mask=HEX [pwd=PATH] -- EMULATOR [ARGUMENT]...
 *
 * report is a socket to the rig. On it comes a byte for each signal that the program is to be sent,
 * and out go lines:
 *
 *	stopped SIGNAL
 *	exited STATUS
 *	signalled SIGNAL
 *	failed ERRNO STEP
 *
 * When it hangs up, the rig has died, and the program does, too. mask is what the program starts
 * with; here all signals are blocked. One that is sent to the whole process group, by a terminal
 * say, comes here as well as to the program: what waits here need not be passed on.
 *
 * core is a file that takes the program's core. QEMU creates one in the program's working folder
 * (linux-user/elfload.c, elf_core_dump), which is the user's; a seccomp filter asks here first, and
 * QEMU is given that file in its place. But for that moment the limit is one byte: QEMU takes that
 *for "cores are wanted", the kernel for "none of QEMU itself" (it wants a page at least,
 *fs/coredump.c). The filter also takes away the two ways to type on a terminal that is shared with
 *the program.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined __x86_64__
#define ARCH AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "which AUDIT_ARCH_... is this?"
#endif

enum {
	CORE_FLAGS = O_WRONLY | O_CREAT, /* as QEMU opens it; O_TRUNC makes no difference */
	CORE_MODE = 0644,
	CORE_SIZE = 1 << 30,
	X32 = 0x40000000, /* another table of calls behind the same arch */
};

static struct {
	int report, core;
	sigset_t mask;
	const char *pwd;     /* NULL: there was none */
	struct rlimit limit; /* of cores, as found */
	int listener;        /* of the filter; -1: cores cannot be had */
	pid_t program;
	int handle; /* of its process */
} self = {.report = -1, .core = -1, .listener = -1};

static int failed(const char *step)
{
	dprintf(self.report, "failed %d %s\n", errno, step);
	return 1;
}

static int parse_option(const char *word)
{
	unsigned long long mask;

	if (sscanf(word, "report=%d", &self.report) == 1 ||
	    sscanf(word, "core=%d", &self.core) == 1)
		return 1;
	if (!strncmp(word, "pwd=", 4)) {
		self.pwd = word + 4;
		return 1;
	}
	if (sscanf(word, "mask=%llx", &mask) != 1)
		return 0;
	sigemptyset(&self.mask);
	for (int i = 1; i < 64; i++)
		if (mask >> (i - 1) & 1)
			sigaddset(&self.mask, i);
	return 1;
}

/* The emulator's own argv, or NULL. */
static char **parse(char **argv)
{
	for (argv++; *argv && strcmp(*argv, "--") != 0; argv++)
		if (!parse_option(*argv))
			return NULL;
	if (*argv && *++argv && self.report >= 0 && self.core >= 0 &&
	    !fcntl(self.report, F_SETFD, FD_CLOEXEC) && !fcntl(self.core, F_SETFD, FD_CLOEXEC))
		return argv;
	return NULL;
}

#define LOAD(field)       BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF(test, y, n)    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(test), y, n)
#define ABOVE(test, y, n) BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (unsigned)(test), y, n)
#define RETURN(what)      BPF_STMT(BPF_RET | BPF_K, what)

/* Of a 64-bit argument the lower half comes first: all that run this are little-endian. */
static struct sock_filter rules[] = {
	LOAD(arch),
	IF(ARCH, 0, 15),
	LOAD(nr),
	ABOVE(X32, 13, 0),
	IF(SYS_kill, 6, 0),
	IF(SYS_openat, 0, 6),
	LOAD(args[2]),
	BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~(unsigned)O_TRUNC),
	IF(CORE_FLAGS, 0, 7),
	LOAD(args[3]),
	IF(CORE_MODE, 0, 5),
	RETURN(SECCOMP_RET_USER_NOTIF),
	IF(SYS_ioctl, 0, 3),
	LOAD(args[1]),
	IF(TIOCSTI, 3, 0),
	IF(TIOCLINUX, 2, 0),
	RETURN(SECCOMP_RET_ALLOW),
	RETURN(SECCOMP_RET_ERRNO | ENOSYS),
	RETURN(SECCOMP_RET_ERRNO | EPERM),
};

/* Where somebody listens already, as the managers of some containers do, no core can be had. */
static int set_filter(void)
{
	struct sock_fprog filter = {sizeof rules / sizeof *rules, rules};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return 0;
	self.listener = (int)syscall(
		SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_SPEC_ALLOW, &filter);
	if (self.listener >= 0)
		return !fcntl(self.listener, F_SETFD, FD_CLOEXEC);
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (rules[i].code == (BPF_RET | BPF_K) && rules[i].k == SECCOMP_RET_USER_NOTIF)
			rules[i].k = SECCOMP_RET_ALLOW;
	return !syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW,
			&filter);
}

/* Of the process, 0 for this one. */
static int limit_cores(pid_t process, rlim_t bytes)
{
	struct rlimit limit = self.limit;

	limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
	return !prlimit(process, RLIMIT_CORE, &limit, NULL);
}

/* Is the process of that thread the program itself, and not a child of it? */
static int is_program(pid_t thread)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/task/%d", (int)self.program, (int)thread);
	return !access(path, F_OK);
}

static int names_core(pid_t thread, unsigned long address)
{
	char path[65] = "";
	struct iovec here = {path, sizeof path - 1}, there = {(void *)address, sizeof path - 1};
	ssize_t length = process_vm_readv(thread, &here, 1, &there, 1, 0);

	/* "qemu_PROGRAM_DATE-TIME_PID.core" */
	return length > 5 && !strncmp(path, "qemu_", 5);
}

/* The file for a core, in place of the one that QEMU wants to create; or no file at all. */
static void give_core(__u64 id)
{
	struct seccomp_notif_addfd add = {.id = id,
					  .flags = SECCOMP_ADDFD_FLAG_SEND,
					  .srcfd = (__u32)self.core,
					  .newfd_flags = O_CLOEXEC};
	struct seccomp_notif_resp refusal = {.id = id, .error = -EACCES};

	if (!limit_cores(self.program, CORE_SIZE) || ftruncate(self.core, 0) ||
	    lseek(self.core, 0, SEEK_SET) ||
	    ioctl(self.listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add) < 0)
		ioctl(self.listener, SECCOMP_IOCTL_NOTIF_SEND, &refusal);
}

static void answer(void)
{
	struct seccomp_notif asked = {0};
	struct seccomp_notif_resp go_on = {.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
	struct seccomp_notif_resp no = {.error = -EACCES};

	if (ioctl(self.listener, SECCOMP_IOCTL_NOTIF_RECV, &asked))
		return;
	go_on.id = no.id = asked.id;
	/* QEMU has written the core, and kills itself: the kernel is to add none. */
	if (asked.data.nr == SYS_kill)
		limit_cores(self.program, 1);
	if (asked.data.nr == SYS_kill ||
	    !names_core((pid_t)asked.pid, (unsigned long)asked.data.args[1]))
		ioctl(self.listener, SECCOMP_IOCTL_NOTIF_SEND, &go_on);
	else if (is_program((pid_t)asked.pid))
		give_core(asked.id);
	else
		ioctl(self.listener, SECCOMP_IOCTL_NOTIF_SEND, &no);
}

/* Was the signal sent to the whole group, and so to the program, too? */
static int take_pending(int number)
{
	const struct timespec now = {0};
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, number);
	return sigtimedwait(&one, NULL, &now) == number;
}

/* kill(2) would have us ask ourselves: the filter is ours, too. */
static void send_signal(int number)
{
	syscall(SYS_pidfd_send_signal, self.handle, number, NULL, 0);
}

/* FALSE: the rig has hung up. */
static int pass_signal(void)
{
	unsigned char number;

	if (read(self.report, &number, 1) != 1)
		return 0;
	if (!take_pending(number))
		send_signal(number);
	return 1;
}

static void tell(const char *what, int number)
{
	dprintf(self.report, "%s %d\n", what, number);
}

/* TRUE: the program has ended. As the first process of a namespace we are given orphans, too. */
static int reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
		if (pid != self.program)
			continue;
		if (WIFSTOPPED(status)) {
			tell("stopped", WSTOPSIG(status));
			continue;
		}
		if (WIFEXITED(status))
			tell("exited", WEXITSTATUS(status));
		else
			tell("signalled", WTERMSIG(status));
		return 1;
	}
	return 0;
}

/* TRUE: the program has ended by itself. */
static int attend(int children)
{
	struct pollfd polled[] = {{.fd = children, .events = POLLIN},
				  {.fd = self.report, .events = POLLIN},
				  {.fd = self.listener, .events = POLLIN}};
	struct signalfd_siginfo news;

	for (;;) {
		if (reap())
			return 1;
		if (poll(polled, 3, -1) < 0 && errno != EINTR)
			return 0;
		if (polled[2].revents & POLLIN)
			answer();
		if (polled[1].revents && !pass_signal())
			return 0;
		if (polled[0].revents && read(children, &news, sizeof news) < 0)
			return 0;
	}
}

/* In the child; comes back only to report a failure. */
static void become(char **argv)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigprocmask(SIG_SETMASK, &self.mask, NULL);
	if (self.pwd)
		setenv("PWD", self.pwd, 1);
	else
		unsetenv("PWD");
	execvp(argv[0], argv);
	failed("starting the emulator");
}

int main(int argc, char **argv)
{
	sigset_t all, ended;
	int children;
	char **emulator = parse(argv);

	(void)argc;
	if (!emulator) {
		dprintf(STDERR_FILENO, "usage: a64rig-pass report=FD core=FD mask=HEX [pwd=PATH] "
				       "-- EMULATOR [ARGUMENT]...\n");
		return 2;
	}
	sigfillset(&all);
	sigemptyset(&ended);
	sigaddset(&ended, SIGCHLD);
	sigprocmask(SIG_BLOCK, &all, NULL);
	children = signalfd(-1, &ended, SFD_CLOEXEC);
	if (children < 0 || !set_filter())
		return failed("setting the filter");
	getrlimit(RLIMIT_CORE, &self.limit);
	limit_cores(0, self.listener >= 0 ? 1 : 0);
	/* What came so far did not reach the program: that is passed on. */
	for (int number = 1; number < SIGRTMAX; number++)
		take_pending(number);
	self.program = fork();
	if (self.program < 0)
		return failed("fork");
	if (!self.program) {
		become(emulator);
		_exit(127);
	}
	self.handle = (int)syscall(SYS_pidfd_open, self.program, 0);
	/* Outside of a namespace of ours it would go on. */
	if (!attend(children))
		send_signal(SIGKILL);
	return 0;
}
