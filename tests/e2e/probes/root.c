/* root: fails where it is root, can become it, or has a capability. */
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static int status_has(const char *wanted)
{
	char line[256];
	int found = 0;
	FILE *status = fopen("/proc/self/status", "r");

	while (status && fgets(line, sizeof line, status))
		found |= !strncmp(line, wanted, strlen(wanted));
	if (status)
		fclose(status);
	if (!found)
		fprintf(stderr, "/proc/self/status does not say '%s'\n", wanted);
	return found;
}

static int refused(int result, const char *what)
{
	if (result)
		return 1;
	fprintf(stderr, "%s was granted\n", what);
	return 0;
}

int main(void)
{
	struct rlimit limit;
	int held = 1;

	held &= refused(getuid() == 0 || geteuid() == 0 ? 0 : -1, "being root");
	held &= refused(setuid(0), "setuid(0)");
	held &= refused(setgid(0), "setgid(0)");
	held &= refused(chroot("/"), "chroot");
	held &= refused(mount("none", "/rig/run", "tmpfs", 0, NULL), "mount");
	held &= refused(sethostname("x", 1), "sethostname");
	held &= refused(mknod("device", S_IFBLK | 0600, 0x0801), "mknod");
	held &= refused(getrlimit(RLIMIT_CPU, &limit) || limit.rlim_cur == RLIM_INFINITY ? 0 : -1,
			"endless CPU time");
	held &= status_has("NoNewPrivs:\t1");
	held &= status_has("CapEff:\t0000000000000000");
	held &= status_has("CapPrm:\t0000000000000000");
	return !held;
}
