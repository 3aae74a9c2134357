#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest.h"

static int group = -1;

void group_make(void)
{
	if (mount("cgroup", "/sys/fs/cgroup", "cgroup2", 0, NULL))
		init_fail("mounting the control groups");
	if (mkdir("/sys/fs/cgroup/run", 0755))
		init_fail("making a control group");
	group = open("/sys/fs/cgroup/run", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (group < 0)
		init_fail("opening a control group");
}

pid_t group_fork(uint64_t flags)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP | flags,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)group,
	};

	return (pid_t)syscall(SYS_clone3, &args, sizeof args);
}

/* All at once: a process that is just being made dies, too. */
void group_kill(void)
{
	int file = openat(group, "cgroup.kill", O_WRONLY | O_CLOEXEC);

	if (file < 0 || write(file, "1", 1) != 1)
		init_fail("killing a run");
	close(file);
}

bool group_empty(void)
{
	char events[64] = "";
	int file = openat(group, "cgroup.events", O_RDONLY | O_CLOEXEC);

	if (file < 0 || read(file, events, sizeof events - 1) < 0)
		init_fail("looking at a run's processes");
	close(file);
	return strstr(events, "populated 0") != NULL;
}
