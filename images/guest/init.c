#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "guest.h"

enum { PATIENCE = 60000 }; /* milliseconds until a device has to be there */

#define ROOT "/new"

_Noreturn void init_power_off(void)
{
	sync();
	tcdrain(STDERR_FILENO);
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

_Noreturn void init_fail(const char *what)
{
	fprintf(stderr, "a64rig-guest: %s: %s\n", what, strerror(errno));
	init_power_off();
}

struct mounting {
	const char *what, *where, *type;
	unsigned long flags;
	const char *options;
};

static void mount_all(const struct mounting *mountings)
{
	for (const struct mounting *m = mountings; m->what; m++) {
		char step[300];

		snprintf(step, sizeof step, "mounting %s on %s", m->what, m->where);
		mkdir(m->where, 0755);
		if (mount(m->what, m->where, m->type, m->flags, m->options))
			init_fail(step);
	}
}

static void take_console(void)
{
	int console = open("/dev/console", O_RDWR);

	for (int i = 0; console >= 0 && i < 3; i++)
		dup2(console, i);
	if (console > 2)
		close(console);
}

/* The kernel's news of devices, so that they can be waited for. */
static int listen_for_devices(void)
{
	const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1};
	int news = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

	if (news < 0 || bind(news, (const struct sockaddr *)&address, sizeof address))
		init_fail("listening for devices");
	return news;
}

static bool has_disk(void)
{
	return !access("/dev/vda", F_OK);
}

static bool has_port(void)
{
	char device[300];

	return port_find(RUN_PORT, device, sizeof device);
}

static void wait_for(int news, bool (*there)(void), const char *what)
{
	uint64_t until = events_now() + PATIENCE;
	char event[4096], step[64];

	while (!there()) {
		struct pollfd polled = {.fd = news, .events = POLLIN};
		uint64_t now = events_now();

		if (now >= until) {
			snprintf(step, sizeof step, "waiting for %s", what);
			errno = ETIMEDOUT;
			init_fail(step);
		}
		if (poll(&polled, 1, (int)(until - now)) > 0)
			recv(news, event, sizeof event, 0);
	}
}

/* A module that is loaded is needed no more, nor is the memory that its file takes. */
static void load(const char *name)
{
	char path[300], step[320];
	int file;

	snprintf(path, sizeof path, "/modules/%s", name);
	snprintf(step, sizeof step, "loading %s", path);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0 || (syscall(SYS_finit_module, file, "", 0) && errno != EEXIST))
		init_fail(step);
	close(file);
	unlink(path);
}

static void load_modules(void)
{
	FILE *order = fopen("/modules/order", "re");
	char name[256];

	if (!order)
		init_fail("reading /modules/order");
	while (fscanf(order, "%255s", name) == 1)
		load(name);
	fclose(order);
}

/* The root disk is shared by many guests, and read-only: what is written is in memory. */
static void mount_root(void)
{
	static const struct mounting disk[] = {
		{"/dev/vda", "/disk", "ext4", MS_RDONLY, "noload"},
		{"memory", "/memory", "tmpfs", 0, "mode=755"},
		{NULL},
	};
	static const struct mounting root[] = {
		{"root", ROOT, "overlay", 0,
		 "lowerdir=/disk,upperdir=/memory/upper,workdir=/memory/work"},
		{"rig", ROOT "/rig", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755"},
		{"/dev", ROOT "/dev", NULL, MS_MOVE, NULL},
		{"/proc", ROOT "/proc", NULL, MS_MOVE, NULL},
		{"/sys", ROOT "/sys", NULL, MS_MOVE, NULL},
		{NULL},
	};

	mount_all(disk);
	if (mkdir("/memory/upper", 0755) || mkdir("/memory/work", 0755))
		init_fail("making the root's upper layer");
	mount_all(root);
}

/* The kernel starts the collector of cores in the new root. */
static void bring_along(void)
{
	static const char *const folders[] = {"case", "subject", "data", "run"};
	char path[64];
	int file = open(ROOT "/rig/guest", O_CREAT | O_WRONLY | O_CLOEXEC, 0755);

	if (file < 0 || close(file) || mount("/init", ROOT "/rig/guest", NULL, MS_BIND, NULL))
		init_fail("taking the guest program along");
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		snprintf(path, sizeof path, ROOT "/rig/%s", folders[i]);
		if (mkdir(path, 0755))
			init_fail("making the folders of /rig");
	}
}

static void switch_root(void)
{
	if (chdir(ROOT) || mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
		init_fail("moving to the root disk");
}

static void mount_others(void)
{
	static const struct mounting others[] = {
		{"devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "mode=620,ptmxmode=666"},
		{"shm", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777"},
		{"run", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755"},
		{NULL},
	};
	static const char *const links[][2] = {
		{"/proc/self/fd", "/dev/fd"},
		{"fd/0", "/dev/stdin"},
		{"fd/1", "/dev/stdout"},
		{"fd/2", "/dev/stderr"},
	};

	mount_all(others);
	for (size_t i = 0; i < sizeof links / sizeof *links; i++)
		if (symlink(links[i][0], links[i][1]))
			init_fail("making links in /dev");
	mkdir("/tmp", 0755);
	mkdir("/var", 0755);
	mkdir("/var/tmp", 0755);
}

/* Up to the limit, the kernel waits for whoever reads a core, so that a process is not gone before
 * its core is; above it, there is no core. */
static void set_kernel(void)
{
	static const char *const settings[][2] = {
		{"kernel/core_pattern", "|/rig/guest core %p"},
		{"kernel/core_pipe_limit", "10000"},
		{"kernel/printk", "4"},
		{"kernel/hostname", "a64rig"},
	};
	char path[64];
	int file;

	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		snprintf(path, sizeof path, "/proc/sys/%s", settings[i][0]);
		file = open(path, O_WRONLY | O_CLOEXEC);
		if (file < 0 || dprintf(file, "%s", settings[i][1]) < 0)
			init_fail(path);
		close(file);
	}
}

static void start_loopback(void)
{
	struct ifreq interface = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (any < 0 || ioctl(any, SIOCSIFFLAGS, &interface))
		init_fail("starting the interface lo");
	close(any);
}

/* No program that a run starts can keep process 1 from its work. */
static void take_precedence(void)
{
	const struct sched_param first = {.sched_priority = 1};

	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &first))
		init_fail("taking precedence");
}

static void read_command_line(struct boot *boot)
{
	FILE *file = fopen("/proc/cmdline", "re");
	char word[256];

	*boot = (struct boot){.term = "linux"};
	while (file && fscanf(file, "%255s", word) == 1) {
		if (!strcmp(word, "a64rig.shell"))
			boot->shell = true;
		if (!strcmp(word, "a64rig.script"))
			boot->shell = boot->script = true;
		if (!strcmp(word, "a64rig.once"))
			boot->once = true;
		sscanf(word, "a64rig.size=%hux%hu", &boot->rows, &boot->columns);
		sscanf(word, "a64rig.term=%31s", boot->term);
	}
	if (file)
		fclose(file);
}

void init_boot(struct boot *boot)
{
	static const struct mounting first[] = {
		{"dev", "/dev", "devtmpfs", MS_NOSUID, "mode=755"},
		{"proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL},
		{"sys", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL},
		{NULL},
	};
	int news;

	mount_all(first);
	take_console();
	news = listen_for_devices();
	load_modules();
	wait_for(news, has_disk, "the root disk /dev/vda");
	mount_root();
	bring_along();
	switch_root();
	mount_others();
	set_kernel();
	start_loopback();
	read_command_line(boot);
	wait_for(news, has_port, "the port " RUN_PORT);
	close(news);
	take_precedence();
}
