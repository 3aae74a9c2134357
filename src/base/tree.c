#include "base/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

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

/* To a name that a program cannot have guessed, and taken. */
static void move_up(int parent, const gchar *name, int top)
{
	gchar number[32];

	g_snprintf(number, sizeof number, ".%08x%08x", g_random_int(), g_random_int());
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

void tree_remove(const gchar *path)
{
	DIR *top = give_permission(AT_FDCWD, path) ? open_folder(AT_FDCWD, path) : NULL;

	while (top && remove_level(top))
		;
	if (top)
		closedir(top);
	remove(path);
}

gboolean tree_replace(const gchar *new, const gchar *old, GError **error)
{
	if (!rename(new, old) || !renameat2(AT_FDCWD, new, AT_FDCWD, old, RENAME_EXCHANGE))
		return TRUE;
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot make '%s': %s", old,
		    g_strerror(errno));
	return FALSE;
}
