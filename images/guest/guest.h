/*
 * a64rig-guest - the one program of ours that runs in a guest.
 *
 * It is /init of the guest's initramfs. There it loads the modules of /modules in the order of the
 * list /modules/order, mounts the root disk /dev/vda (ext4, read-only) below a tmpfs, makes the two
 * one root (overlay) and moves there. It stays process 1: it keeps qemu-ga running, reaps, and
 * serves orders on the virtio-serial port named org.a64rig.run.0. What keeps a guest from starting
 * is told on the console, one line "a64rig-guest: WHAT: WHY", and then the guest powers off.
 *
 * On the kernel's command line:
 *
 *	a64rig.shell		also keeps a root shell on ttyAMA0; the guest ends with it
 *	a64rig.term=NAME	that shell's TERM
 *	a64rig.size=ROWSxCOLUMNS	that of its terminal
 *	a64rig.once		the guest ends when, after a run, there is no host any more
 *
 * The port. The host opens it and gives an order: strings KEY=VALUE, each ended by a NUL byte, and
 * an empty string at the end. The guest answers with frames, a line "NAME LENGTH\n" and then LENGTH
 * bytes, of which the last is `end`. Then comes the next order. Keys that are not marked otherwise
 * come once at most, and only `order`, which is the first, has to.
 *
 *	order=ping		answers `end` "pong"
 *
 *	order=settle		for a guest about to be frozen: ends qemu-ga, so that nothing but
 *				what is asked for runs in it. Answers `end` "settled"
 *	  warm=PATH		(any number) a file to read, if it is there: then it is in memory
 *
 *	order=run		runs a program of the data disk /dev/vdb (erofs), as user and group
 *				1000, in a session, IPC and mount namespace of its own
 *	  program=PATH		below the data disk's root; seen as /rig/case/BASENAME. Has to come
 *	  beside=PATH		(any number) the same
 *	  file=PATH		(any number) the same, seen as /rig/subject/BASENAME
 *	  arg=TEXT		(any number) after the program's name
 *	  env=NAME=VALUE	(any number) the whole environment
 *	  timeout=MILLISECONDS	of the guest's monotonic clock; default 60000
 *	  limit=NAME=VALUE	(any number) address-space and file in MiB, cpu in seconds, and
 *				processes
 *	  hwcap=MASK		what is left of AT_HWCAP: hexadecimal, after 0x
 *	  hwcap2=MASK		the same of AT_HWCAP2
 *	  debug=on		stops the program before its first instruction, and gives it to a
 *				gdbserver(1) on the port named org.a64rig.debug.0, which a host must
 *				have opened
 *	  time=SECONDS.NANOS	what the clock is set to, nine digits: a restored guest's is old
 *	  seed=HEX		64 bytes at most, mixed into the kernel's random numbers: guests
 *				that start from one snapshot would all draw the same
 *
 * The program starts in /rig/run, an empty tmpfs that is also its /tmp, /var/tmp and /dev/shm, with
 * /dev/null as its input. With it end the processes that it started, its mounts and its IPC: the
 * next order finds nothing of it.
 *
 * Frames of a run, besides `end`:
 *
 *	hwcaps		the first: what /proc/cpuinfo says the CPU has, names between blanks
 *	out, err	a piece of the program's output
 *	core:PID	a piece of a core; an empty piece ends it. Cores come one after the other:
 *			those of processes that the program started, the first 4, and the program's
 *			own, which is the last
 *
 * `end` is one of
 *
 *	exited STATUS MAXRSS-KIB
 *	signalled SIGNAL MAXRSS-KIB
 *	out-of-memory		the kernel killed the program, for want of memory
 *	timed-out		it was killed at its deadline
 *	failed ERRNO STEP	it could not be run
 *	refused REASON		the order is not a proper one
 *	settled, pong
 *
 * A host that closes the port in the middle of a run ends the run; the guest then waits for the
 * next one to open it. A guest with much to do can miss that the port was closed for less than a
 * second.
 */
#ifndef GUEST_H
#define GUEST_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <time.h>

enum {
	CASE_USER = 1000,
	LIST_MAX = 4096,      /* of arguments, of variables, of files */
	LIMITS = 4,           /* that a run can have */
	ORDER_MAX = 1 << 20,  /* bytes of an order */
	PIECE_MAX = 31 << 10, /* bytes of a piece: the driver sends 32 KiB at once */
};

#define RUN_PORT   "org.a64rig.run.0"
#define DEBUG_PORT "org.a64rig.debug.0"
#define AGENT_PORT "org.qemu.guest_agent.0"
#define DATA       "/rig/data"

/* init.c: everything before the first order. Comes back in the new root, with what the kernel was
 * told to do besides. */
struct boot {
	bool shell, once;
	bool script;                  /* what the shell reads is not typed */
	unsigned short rows, columns; /* 0: not told */
	char term[32];
};
void init_boot(struct boot *boot);
_Noreturn void init_power_off(void);
/* Tells on the console why there is no guest, and powers off. */
_Noreturn void init_fail(const char *what);

/* order.c: orders as text. */
struct list {
	char *item[LIST_MAX + 1]; /* ends with NULL */
	unsigned count;
};

struct order {
	const char *name;
	const char *program;
	struct list beside, files, args, env, warm; /* args[0] is left for the program's own name */
	uint64_t timeout;                           /* milliseconds */
	rlim_t limit[LIMITS];   /* in the resource's own unit; RLIM_INFINITY: leave it */
	uint64_t hwcap, hwcap2; /* all ones: leave them */
	bool debug;
	struct timespec time; /* 0: leave it */
	unsigned char seed[64];
	size_t seed_size;
};

/* The resource of a limit. */
int order_resource(int limit);

/* How many of length bytes are the first order, or 0 when it is not complete. */
size_t order_length(const char *text, size_t length);

/* Reads an order into what it says, which points into text. NULL, or why it is refused. */
const char *order_parse(struct order *order, char *text, size_t length);

/* The last part of a path. */
const char *order_basename(const char *path);

/* port.c: the virtio-serial port. Nothing blocks: what cannot be written yet is kept. */
/* The device of the port with a name, "/dev/vport1p2", or false when there is none (yet). */
bool port_find(const char *name, char *device, size_t size);
void port_open(void);
int port_descriptor(void);
/* As read(2): 0 while no host is there, -1 with EAGAIN while one says nothing. */
ssize_t port_read(void *bytes, size_t size);
bool port_connected(void);
/* Adds a frame to what is to be written. Pieces of PIECE_MAX are only added when nothing is. */
void port_frame(const char *name, const void *bytes, size_t length);
void port_end(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool port_pending(void);
void port_flush(void);
/* Forgets what is to be written: its reader has gone. */
void port_forget(void);

/* events.c: what process 1 waits for. */
void events_open(void);
/* poll(2) until a time of the monotonic clock in milliseconds (0: for ever), or until a signal
 * came: ended children are reaped, and the port is to be looked at again. */
void events_wait(struct pollfd *polled, nfds_t count, uint64_t until);
uint64_t events_now(void);
/* In a child: the signals as a program expects them. */
void events_leave(void);

/* keep.c: qemu-ga and the shell. */
void keep_start(const struct boot *boot);
void keep_child_ended(pid_t pid);
void keep_no_agent(void);
/* Starts what is due again; when the next is due, or 0. */
uint64_t keep_due(void);

/* serve.c: orders, one after the other, for ever. */
_Noreturn void serve(bool once);

/* run.c: order=run. */
void run(const struct order *order);
/* Was it the running program? */
bool run_child_ended(pid_t pid, int status, const struct rusage *usage);

/* stage.c: what a program finds. */
bool stage_data(void);
/* These two in the program's own mount namespace. */
bool stage_files(const struct order *order);
bool stage_scratch(const struct order *order);
/* Can all files of an order be read to their end? */
bool stage_readable(const struct order *order);
bool stage_read(const char *path);

/* group.c: the processes of a run, as one control group. */
void group_make(void);
/* Forks into it; flags are those of clone(2). */
pid_t group_fork(uint64_t flags);
void group_kill(void);
bool group_empty(void);

/* hwcap.c: the auxiliary vector. */
/* Masks the values in words of a new program's stack, from argc on. How many words it needed to
 * see, or 0 when there were too few. */
size_t hwcap_mask_stack(uint64_t *words, size_t count, uint64_t hwcap, uint64_t hwcap2);
/* Waits for a traced child's exec stop, masks, and lets it run, or leaves it stopped (SIGSTOP). */
bool hwcap_mask(pid_t pid, uint64_t hwcap, uint64_t hwcap2, bool stopped);

/* debug.c: gives a stopped process to gdbserver, which joins the run's control group: its own
 * process, or -1. */
pid_t debug_attach(pid_t pid);

/* core.c: cores come from the kernel to a process of their own, which hands them on. */
void core_open(void);
int core_descriptor(void);
/* Takes a core that is waiting: its process, and a descriptor to read it from, or -1. */
int core_take(pid_t *pid);
/* The process that the kernel starts. */
int core_hand_on(const char *pid);

#endif
