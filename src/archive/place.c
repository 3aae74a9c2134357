#include "archive/place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

static void refuse(GError **error, const gchar *path)
{
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot unpack '%s': %s", path,
		    errno == ELOOP || errno == ENOTDIR ? "its folder is a link or a file"
						       : g_strerror(errno));
}

/* The descriptor of the path's folder, whose parts are made where they are missing; *name is the
 * path's last part. */
static int open_parent(int folder, const gchar *path, const gchar **name, GError **error)
{
	int parent = fcntl(folder, F_DUPFD_CLOEXEC, 0);
	const gchar *slash;

	*name = path;
	while (parent >= 0 && (slash = strchr(*name, '/'))) {
		g_autofree gchar *part = g_strndup(*name, slash - *name);
		int next = -1;

		if (!mkdirat(parent, part, 0755) || errno == EEXIST)
			next = openat(parent, part, O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		close(parent);
		parent = next;
		*name = slash + 1;
	}
	if (parent < 0)
		refuse(error, path);
	return parent;
}

int place_file(int folder, const gchar *path, guint mode, GError **error)
{
	const gchar *name;
	int parent = open_parent(folder, path, &name, error);
	int file;

	if (parent < 0)
		return -1;
	unlinkat(parent, name, 0);
	file = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		      mode & 0755);
	if (file < 0)
		refuse(error, path);
	close(parent);
	return file;
}

static gchar *relative(const gchar *path, const gchar *target)
{
	g_autoptr(GString) up = g_string_new(NULL);

	if (*target != '/')
		return g_strdup(target);
	for (; (path = strchr(path, '/')); path++)
		g_string_append(up, "../");
	g_string_append(up, target + strspn(target, "/"));
	return g_strdup(up->len ? up->str : ".");
}

gboolean place_symlink(int folder, const gchar *path, const gchar *target, GError **error)
{
	g_autofree gchar *to = relative(path, target);
	const gchar *name;
	int parent = open_parent(folder, path, &name, error);
	int failure;

	if (parent < 0)
		return FALSE;
	unlinkat(parent, name, 0);
	failure = symlinkat(to, parent, name);
	if (failure)
		refuse(error, path);
	close(parent);
	return !failure;
}

gboolean place_hardlink(int folder, const gchar *path, const gchar *target, GError **error)
{
	const gchar *name, *other;
	int parent = open_parent(folder, path, &name, error);
	int source = parent < 0 ? -1 : open_parent(folder, target, &other, error);
	int failure = -1;

	if (source >= 0) {
		unlinkat(parent, name, 0);
		failure = linkat(source, other, parent, name, 0);
		if (failure)
			refuse(error, path);
		close(source);
	}
	if (parent >= 0)
		close(parent);
	return !failure;
}
