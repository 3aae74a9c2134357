#include "run/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/tree.h"

enum { LEFT = 5 }; /* folders of earlier invocations that are left for inspection */

/* Files that mark a folder as one that the user asked for, or one that is left unasked. */
static const gchar kept[] = "kept", left[] = "left";

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
			tree_remove(path);
			close(lock);
		}
	}
	g_ptr_array_sort(old, by_text);
	for (guint i = 0; i + LEFT < old->len; i++)
		tree_remove(g_ptr_array_index(old, i));
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
		tree_remove(scratch->path);
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
