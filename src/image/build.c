#include "image/build.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.h"
#include "base/tree.h"
#include "image/fetch.h"
#include "image/initrd.h"
#include "image/modules.h"
#include "image/split.h"

static gchar *in(const Build *build, const gchar *name)
{
	return g_build_filename(build->folder, name, NULL);
}

/* Asked for beforehand, since it is known, and what would fail on a full disk takes minutes. */
static gboolean has_room(const Build *build, GError **error)
{
	struct statvfs status;
	guint64 wanted = (guint64)build->recipe->size;
	guint64 left;

	if (statvfs(build->folder, &status))
		return TRUE;
	left = (guint64)status.f_bavail * status.f_frsize >> 20;
	if (left >= wanted)
		return TRUE;
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
		    "no space left for an image: '%s' has %" G_GUINT64_FORMAT
		    " MiB of room, and %" G_GUINT64_FORMAT
		    " are needed; make room, or name another folder with XDG_CACHE_HOME",
		    build->folder, left, wanted);
	return FALSE;
}

/* The header that the kernel's Documentation/arm64/booting.rst describes. */
static gboolean check_kernel(const Build *build, GError **error)
{
	static const guint pages[] = {0, 4, 16, 64};
	g_autofree gchar *path = in(build, "kernel");
	guint8 header[64] = {0};
	int file = open(path, O_RDONLY | O_CLOEXEC);
	gboolean plain = file >= 0 && read(file, header, sizeof header) == sizeof header &&
			 !memcmp(header + 56, "ARMd", 4);
	guint page = pages[header[24] >> 1 & 3];

	if (file >= 0)
		close(file);
	if (plain && page == build->recipe->page)
		return TRUE;
	if (plain)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "the recipe of '%s' says that its kernel has pages of %u KiB, and %s "
			    "has pages of %u",
			    build->recipe->name, build->recipe->page, build->recipe->kernel, page);
	else
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "the kernel of %s is no plain arm64 Image", build->recipe->kernel);
	return FALSE;
}

static void tell(const Build *build, const gchar *what)
{
	build->news(what, -1, build->data);
}

static gboolean take_packages(const Build *build, Split *parts, GError **error)
{
	g_autofree gchar *tar = in(build, "packages.tar");

	tell(build, "fetching and unpacking Debian packages");
	if (!fetch(build->recipe, build->folder, tar, build->log, build->lock, build->cancellable,
		   error))
		return FALSE;
	tell(build, "sorting what they brought");
	if (!split(tar, build->folder, parts, build->cancellable, error) ||
	    !check_kernel(build, error))
		return FALSE;
	g_unlink(tar);
	return TRUE;
}

static gboolean take_modules(const Build *build, const gchar *release, GError **error)
{
	g_autofree gchar *tree = in(build, "kernel-modules");
	g_autofree gchar *modules = in(build, "modules");

	tell(build, "choosing kernel modules");
	if (!modules_take(tree, release, modules, error))
		return FALSE;
	tree_remove(tree);
	return TRUE;
}

static gboolean make_disk(const Build *build, GError **error)
{
	g_autofree gchar *tar = in(build, "root.tar");
	g_autofree gchar *disk = in(build, "root.qcow2");

	if (!disk_make(disk, tar, build->recipe->size, build->news, build->data, build->cancellable,
		       error))
		return FALSE;
	g_unlink(tar);
	return TRUE;
}

static Record *new_record(const Build *build, const Split *parts)
{
	Record *record = g_new0(Record, 1);
	g_autofree gchar *lines = g_strchomp(g_strdup(parts->packages));

	record->name = g_strdup(build->recipe->name);
	record->release = g_strdup(parts->release);
	record->page = build->recipe->page;
	record->disk_inputs = check_disk_inputs(build->recipe);
	record->packages = *lines ? g_strsplit(lines, "\n", -1) : NULL;
	record->packages_count = record->packages ? g_strv_length(record->packages) : 0;
	return record;
}

static gboolean make_record(const Build *build, const Split *parts, GError **error)
{
	g_autoptr(Record) record = new_record(build, parts);

	tell(build, "taking digests");
	for (guint i = 0; check_disk_parts[i]; i++)
		if (!check_take(record, build->folder, check_disk_parts[i], error))
			return FALSE;
	return build_initrd(build->paths, build->folder, record, error);
}

gboolean build_all(const Build *build, GError **error)
{
	g_auto(Split) parts = {0};

	return has_room(build, error) && take_packages(build, &parts, error) &&
	       take_modules(build, parts.release, error) && make_disk(build, error) &&
	       make_record(build, &parts, error);
}

gboolean build_initrd(const Paths *paths, const gchar *folder, Record *record, GError **error)
{
	g_autofree gchar *inputs = check_initrd_inputs(paths, error);
	g_autofree gchar *guest = check_guest(paths);
	g_autofree gchar *modules = g_build_filename(folder, "modules", NULL);
	g_autofree gchar *path = g_build_filename(folder, CHECK_INITRD, NULL);
	g_autofree gchar *new = g_strconcat(path, ".new", NULL);
	g_autofree gchar *list = g_build_filename(folder, CHECK_RECORD, NULL);

	if (!inputs || !initrd_make(new, guest, modules, error))
		return FALSE;
	if (g_rename(new, path)) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot make '%s'", path);
		return FALSE;
	}
	g_free(record->initrd_inputs);
	record->initrd_inputs = g_steal_pointer(&inputs);
	return check_take(record, folder, CHECK_INITRD, error) && record_save(record, list, error);
}
