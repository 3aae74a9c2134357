#include "run/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

enum { LEFT = 5 }; /* folders of earlier invocations that are left for inspection */

/* Files that mark a folder as one that the user asked for, or one that is left unasked. */
static const gchar kept[] = "kept", left[] = "left";

static DIR *open_folder(int parent, const gchar *name)
{
	int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = folder < 0 ? NULL : fdopendir(folder);

	if (!dir && folder >= 0)
		close(folder);
	return dir;
}

/* A program may have taken the permissions from its own folders. */
static gboolean give_permission(int parent, const gchar *name)
{
	struct stat status;

	return !fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) && S_ISDIR(status.st_mode) &&
	       !fchmodat(parent, name, 0700, 0);
}

/* No other folder has the number of this one. */
static void move_up(int parent, const gchar *name, int top)
{
	struct stat status;
	gchar number[32];

	if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW))
		return;
	g_snprintf(number, sizeof number, ".%" G_GUINT64_FORMAT, (guint64)status.st_ino);
	renameat(parent, name, top, number);
}

/* Removes the entry; a folder that is not empty is moved to the top, if it is not there yet. */
static gboolean drop(int parent, const gchar *name, int top)
{
	if (!unlinkat(parent, name, 0))
		return TRUE;
	if (!give_permission(parent, name))
		return FALSE;
	if (!unlinkat(parent, name, AT_REMOVEDIR))
		return TRUE;
	if (parent != top)
		move_up(parent, name, top);
	return FALSE;
}

/* The next entry but "." and "..". */
static const gchar *next_name(DIR *dir)
{
	struct dirent *entry;

	while ((entry = readdir(dir)))
		if (!g_str_equal(entry->d_name, ".") && !g_str_equal(entry->d_name, ".."))
			return entry->d_name;
	return NULL;
}

/* Folders within folders are moved up, not walked down: they may be deeper than a path can say.
 * FALSE when nothing could be removed. */
static gboolean remove_level(DIR *top)
{
	gboolean progress = FALSE;
	const gchar *name, *below;

	rewinddir(top);
	while ((name = next_name(top))) {
		DIR *dir;

		if (drop(dirfd(top), name, dirfd(top))) {
			progress = TRUE;
			continue;
		}
		dir = open_folder(dirfd(top), name);
		while (dir && (below = next_name(dir)))
			drop(dirfd(dir), below, dirfd(top));
		if (dir)
			closedir(dir);
		progress |= !unlinkat(dirfd(top), name, AT_REMOVEDIR);
	}
	return progress;
}

void scratch_remove(const gchar *path)
{
	DIR *top = give_permission(AT_FDCWD, path) ? open_folder(AT_FDCWD, path) : NULL;

	while (top && remove_level(top))
		;
	if (top)
		closedir(top);
	remove(path);
}

/* The descriptor of the locked file, or -1 where another rig holds it. */
static int take_lock(const gchar *folder)
{
	g_autofree gchar *path = g_build_filename(folder, "lock", NULL);
	int file = g_open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);

	if (file >= 0 && flock(file, LOCK_EX | LOCK_NB)) {
		close(file);
		return -1;
	}
	return file;
}

static gboolean has(const gchar *folder, const gchar *mark)
{
	g_autofree gchar *path = g_build_filename(folder, mark, NULL);

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const gchar *const *)a, *(const gchar *const *)b);
}

/* Folders are named by their time, so the oldest come first. */
static void clean(const gchar *runs)
{
	g_autoptr(GPtrArray) old = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = g_dir_open(runs, 0, NULL);
	const gchar *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree gchar *path = g_build_filename(runs, name, NULL);
		int lock;

		if (has(path, kept))
			continue;
		if (has(path, left)) {
			g_ptr_array_add(old, g_steal_pointer(&path));
			continue;
		}
		lock = take_lock(path);
		if (lock >= 0) {
			scratch_remove(path);
			close(lock);
		}
	}
	g_ptr_array_sort(old, by_text);
	for (guint i = 0; i + LEFT < old->len; i++)
		scratch_remove(g_ptr_array_index(old, i));
}

static gpointer fail(GError **error, const gchar *what, const gchar *path)
{
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot %s '%s': %s", what, path,
		    g_strerror(errno));
	return NULL;
}

Scratch *scratch_new(const gchar *runs, GError **error)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_local();
	g_autofree gchar *stamp = g_date_time_format(now, "%Y%m%d-%H%M%S");
	g_autofree gchar *name = g_strconcat(stamp, "-XXXXXX", NULL);
	g_autofree gchar *path = g_build_filename(runs, name, NULL);
	Scratch *scratch;
	int gate, lock;

	if (g_mkdir_with_parents(runs, 0700))
		return fail(error, "make the folder", runs);
	/* Between making a folder and locking it, another rig would take it for a dead one's. */
	gate = g_open(runs, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	if (gate < 0 || flock(gate, LOCK_EX))
		return fail(error, "lock", runs);
	clean(runs);
	lock = g_mkdtemp(path) ? take_lock(path) : -1;
	close(gate);
	if (lock < 0)
		return fail(error, "make the folder", path);
	scratch = g_new0(Scratch, 1);
	scratch->path = g_steal_pointer(&path);
	scratch->lock = lock;
	return scratch;
}

void scratch_free(Scratch *scratch)
{
	g_autofree gchar *mark = NULL;

	if (!scratch)
		return;
	mark = g_build_filename(scratch->path, scratch->forever ? kept : left, NULL);
	if (!scratch->keep || !g_file_set_contents(mark, "", 0, NULL))
		scratch_remove(scratch->path);
	close(scratch->lock);
	g_free(scratch->path);
	g_free(scratch);
}

gchar *scratch_folder(const Scratch *scratch, const gchar *name, GError **error)
{
	g_autofree gchar *safe = g_strdup(name);
	g_autofree gchar *path = NULL;

	g_strcanon(safe, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-", '_');
	path = g_build_filename(scratch->path, safe, NULL);
	if (g_mkdir(path, 0700))
		return fail(error, "make the folder", path);
	return g_steal_pointer(&path);
}
