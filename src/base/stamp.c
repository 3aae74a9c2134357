#include "base/stamp.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

enum { BLOCK = 1 << 20 };

typedef gchar *(*Describe)(const gchar *path, const struct stat *status, GError **error);

static gchar *fail(GError **error, const gchar *path)
{
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot read '%s': %s", path,
		    g_strerror(errno));
	return NULL;
}

static gchar *times(const gchar *path, const struct stat *status, GError **error)
{
	(void)path;
	(void)error;
	return g_strdup_printf("%lld %lld.%09ld %lld.%09ld %llu", (long long)status->st_size,
			       (long long)status->st_mtim.tv_sec, status->st_mtim.tv_nsec,
			       (long long)status->st_ctim.tv_sec, status->st_ctim.tv_nsec,
			       (unsigned long long)status->st_ino);
}

static gchar *digest_file(const gchar *path, GError **error)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	g_autofree guchar *buffer = g_malloc(BLOCK);
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t count = file < 0 ? -1 : 1;

	while (count > 0) {
		count = read(file, buffer, BLOCK);
		if (count > 0)
			g_checksum_update(sum, buffer, count);
	}
	if (count < 0)
		fail(error, path);
	if (file >= 0)
		close(file);
	return count < 0 ? NULL : g_strdup(g_checksum_get_string(sum));
}

static gchar *content(const gchar *path, const struct stat *status, GError **error)
{
	if (S_ISLNK(status->st_mode)) {
		g_autofree gchar *target = g_file_read_link(path, error);

		return target ? g_strconcat("link to ", target, NULL) : NULL;
	}
	return digest_file(path, error);
}

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const gchar *const *)a, *(const gchar *const *)b);
}

/* The paths in the folder, sorted. */
static GPtrArray *paths_in(const gchar *folder, GError **error)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
	GPtrArray *paths;
	const gchar *name;

	if (!dir)
		return NULL;
	paths = g_ptr_array_new_with_free_func(g_free);
	while ((name = g_dir_read_name(dir)))
		g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
	g_ptr_array_sort(paths, by_text);
	return paths;
}

/* A line for each file and link below folder; top is what paths are relative to. */
static gboolean walk(const gchar *folder, const gchar *top, Describe describe, GChecksum *sum,
		     GError **error)
{
	g_autoptr(GPtrArray) paths = paths_in(folder, error);
	gboolean fine = !!paths;

	for (guint i = 0; fine && i < paths->len; i++) {
		const gchar *path = g_ptr_array_index(paths, i);
		g_autofree gchar *said = NULL;
		g_autofree gchar *line = NULL;
		struct stat status;

		if (g_lstat(path, &status))
			return fail(error, path) != NULL;
		if (S_ISDIR(status.st_mode)) {
			fine = walk(path, top, describe, sum, error);
			continue;
		}
		said = describe(path, &status, error);
		line = said ? g_strdup_printf("%s: %s\n", path + strlen(top), said) : NULL;
		if (line)
			g_checksum_update(sum, (const guchar *)line, -1);
		fine = !!line;
	}
	return fine;
}

static gchar *describe(const gchar *path, Describe what, GError **error)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	struct stat status;

	if (g_lstat(path, &status))
		return fail(error, path);
	if (!S_ISDIR(status.st_mode))
		return what(path, &status, error);
	return walk(path, path, what, sum, error) ? g_strdup(g_checksum_get_string(sum)) : NULL;
}

gchar *stamp(const gchar *path)
{
	return describe(path, times, NULL);
}

gchar *stamp_digest(const gchar *path, GError **error)
{
	return describe(path, content, error);
}
