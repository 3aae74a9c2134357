#include "artefact/index.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "artefact/integrity.h"
#include "base/error.h"
#include "base/tree.h"
#include "base/write.h"

#define NEW ".new-"

static gchar *entry_path(const gchar *packages, const gchar *name)
{
	return g_build_filename(packages, "index", name, NULL);
}

gchar *index_find(const gchar *packages, const Word *word)
{
	g_autofree gchar *name = word_to_file_name(word);
	g_autofree gchar *path = entry_path(packages, name);
	g_autofree gchar *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? integrity_parse(text) : NULL;
}

static gboolean fail(const gchar *what, const gchar *path, GError **error)
{
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
		    "cannot %s '%s': %s; name another folder with XDG_CACHE_HOME", what, path,
		    g_strerror(errno));
	return FALSE;
}

static void release(int lock, const gchar *path, const gchar *folder)
{
	struct stat status;

	tree_remove(folder);
	if (!fstat(lock, &status) && !status.st_size)
		unlink(path);
	close(lock);
}

static void sweep(const gchar *packages)
{
	g_autoptr(GDir) dir = g_dir_open(packages, 0, NULL);
	const gchar *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree gchar *folder = NULL;
		g_autofree gchar *path = NULL;
		int lock;

		if (!g_str_has_prefix(name, NEW))
			continue;
		folder = g_build_filename(packages, name, NULL);
		path = entry_path(packages, name + strlen(NEW));
		lock = lock_try(path);
		if (lock >= 0)
			release(lock, path, folder);
	}
}

Slot *slot_new(const gchar *packages, const Word *word, LockWaits waits, gpointer data,
	       GCancellable *cancellable, GError **error)
{
	g_autofree gchar *entry = word_to_file_name(word);
	g_autofree gchar *name = g_strconcat(NEW, entry, NULL);
	g_autofree gchar *folder = g_build_filename(packages, name, NULL);
	g_autofree gchar *path = entry_path(packages, entry);
	g_autofree gchar *index = g_path_get_dirname(path);
	int lock;
	Slot *slot;

	if (g_mkdir_with_parents(index, 0755)) {
		fail("make the folder", index, error);
		return NULL;
	}
	sweep(packages);
	lock = lock_take(path, waits, data, cancellable, error);
	if (lock < 0)
		return NULL;
	slot = g_new0(Slot, 1);
	slot->lock = lock;
	slot->path = g_steal_pointer(&path);
	slot->folder = g_steal_pointer(&folder);
	tree_remove(slot->folder);
	if (!g_mkdir(slot->folder, 0700))
		return slot;
	fail("make the folder", slot->folder, error);
	slot_free(slot);
	return NULL;
}

gboolean slot_remember(const Slot *slot, const gchar *integrity, GError **error)
{
	g_autofree gchar *line = g_strconcat(integrity, "\n", NULL);

	if (!lseek(slot->lock, 0, SEEK_SET) && !ftruncate(slot->lock, 0) &&
	    write_all(slot->lock, line, strlen(line)))
		return TRUE;
	return fail("write", slot->path, error);
}

void slot_free(Slot *slot)
{
	if (!slot)
		return;
	release(slot->lock, slot->path, slot->folder);
	g_free(slot->path);
	g_free(slot->folder);
	g_free(slot);
}
