#include "base/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/stamp.h"

static gchar *seal_of(const gchar *path)
{
	return g_strconcat(path, ".seal", NULL);
}

static gboolean hash_piece(GChecksum *checksum, int file, off_t from, off_t to)
{
	g_autofree guint8 *buffer = g_malloc(1 << 18);

	while (from < to) {
		ssize_t count = pread(file, buffer, (gsize)MIN(to - from, 1 << 18), from);

		if (count <= 0)
			return FALSE;
		g_checksum_update(checksum, buffer, count);
		from += count;
	}
	return TRUE;
}

/* Holes are not read: the size and where the data lies are part of what is hashed, and a hole that
 * is filled makes another file of it. */
static gchar *hash(int file, off_t size)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	off_t at = 0;

	g_checksum_update(checksum, (const guchar *)&size, sizeof size);
	while (at < size) {
		off_t data = lseek(file, at, SEEK_DATA);
		off_t hole;

		if (data < 0 && errno == ENXIO)
			break;
		hole = data < 0 ? -1 : lseek(file, data, SEEK_HOLE);
		if (hole < 0)
			return NULL;
		g_checksum_update(checksum, (const guchar *)&data, sizeof data);
		if (!hash_piece(checksum, file, data, hole))
			return NULL;
		at = hole;
	}
	return g_strdup(g_checksum_get_string(checksum));
}

static gchar *digest_file(const gchar *path, GError **error)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	gchar *sum = NULL;

	if (file >= 0 && !fstat(file, &status))
		sum = hash(file, status.st_size);
	if (!sum)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot read '%s': %s", path,
			    g_strerror(errno));
	if (file >= 0)
		close(file);
	return sum;
}

static gchar *digest(const gchar *path, GError **error)
{
	return g_file_test(path, G_FILE_TEST_IS_DIR) ? stamp_digest(path, error)
						     : digest_file(path, error);
}

static gboolean put(const gchar *path, const gchar *stamped, const gchar *sum, GError **error)
{
	g_autofree gchar *seal = seal_of(path);
	g_autofree gchar *text = g_strdup_printf("%s\n%s\n", stamped, sum);

	return g_file_set_contents(seal, text, -1, error);
}

gboolean seal_write(const gchar *path, GError **error)
{
	g_autofree gchar *stamped = stamp(path);
	g_autofree gchar *sum = digest(path, error);

	return sum && put(path, stamped ? stamped : "", sum, error);
}

gboolean seal_holds(const gchar *path)
{
	g_autofree gchar *stamped = stamp(path);
	g_autofree gchar *seal = seal_of(path);
	g_autofree gchar *text = NULL;
	g_autofree gchar *sum = NULL;
	g_auto(GStrv) lines = NULL;

	if (!stamped || !g_file_get_contents(seal, &text, NULL, NULL))
		return FALSE;
	lines = g_strsplit(text, "\n", 3);
	if (g_strv_length(lines) != 3)
		return FALSE;
	if (g_str_equal(lines[0], stamped))
		return TRUE;
	sum = digest(path, NULL);
	if (g_strcmp0(sum, lines[1]) != 0)
		return FALSE;
	put(path, stamped, sum, NULL);
	return TRUE;
}
