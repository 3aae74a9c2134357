#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"

#define SCRATCH "/rig/run"

/* It stays mounted for later runs of the same guest. */
bool stage_data(void)
{
	static bool mounted;

	if (!mounted)
		mounted = !mount("/dev/vdb", DATA, "erofs", MS_RDONLY | MS_NOSUID | MS_NODEV, NULL);
	return mounted;
}

static void data_path(char *path, size_t size, const char *inner)
{
	snprintf(path, size, DATA "/%s", inner + (*inner == '/'));
}

static bool place(const char *folder, const char *inner)
{
	char from[4096], to[4096];
	int file;

	data_path(from, sizeof from, inner);
	snprintf(to, sizeof to, "%s/%s", folder, order_basename(inner));
	file = open(to, O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (file < 0)
		return false;
	close(file);
	return !mount(from, to, NULL, MS_BIND, NULL);
}

static bool mount_scratch(const char *where, const char *options)
{
	return !mount("scratch", where, "tmpfs", MS_NOSUID | MS_NODEV, options);
}

static bool place_all(const char *folder, const struct list *files)
{
	for (unsigned i = 0; i < files->count; i++)
		if (!place(folder, files->item[i]))
			return false;
	return true;
}

bool stage_files(const struct order *order)
{
	return mount_scratch("/rig/case", "mode=755") &&
	       mount_scratch("/rig/subject", "mode=755") && place("/rig/case", order->program) &&
	       place_all("/rig/case", &order->beside) && place_all("/rig/subject", &order->files);
}

bool stage_scratch(const struct order *order)
{
	static const char *const others[] = {"/tmp", "/var/tmp", "/dev/shm"};

	(void)order;
	if (!mount_scratch(SCRATCH, "mode=700,uid=1000,gid=1000,size=192m"))
		return false;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (mount(SCRATCH, others[i], NULL, MS_BIND, NULL))
			return false;
	return !chdir(SCRATCH);
}

bool stage_read(const char *path)
{
	static char bytes[1 << 16];
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;
	int error;

	if (file < 0)
		return false;
	while ((n = read(file, bytes, sizeof bytes)) > 0)
		;
	error = errno;
	close(file);
	errno = error;
	return n == 0;
}

static bool readable(const char *inner)
{
	char path[4096];

	data_path(path, sizeof path, inner);
	return stage_read(path);
}

static bool all_readable(const struct list *files)
{
	for (unsigned i = 0; i < files->count; i++)
		if (!readable(files->item[i]))
			return false;
	return true;
}

bool stage_readable(const struct order *order)
{
	return readable(order->program) && all_readable(&order->beside) &&
	       all_readable(&order->files);
}
