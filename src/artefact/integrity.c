#include "artefact/integrity.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

#define PREFIX "sha512-"

enum { SUM = 64, DIGITS = 32, BLOCK = 1 << 20 };

static gchar *write_out(const guint8 *sum)
{
	g_autofree gchar *base64 = g_base64_encode(sum, SUM);

	return g_strconcat(PREFIX, base64, NULL);
}

static gboolean decode(const gchar *text, guint8 *sum)
{
	gsize size = 0;
	g_autofree guint8 *bytes = g_base64_decode(text + strlen(PREFIX), &size);

	if (size == SUM)
		memcpy(sum, bytes, SUM);
	return size == SUM;
}

gchar *integrity_parse(const gchar *text)
{
	g_auto(GStrv) words = g_strsplit_set(text, " \t\r\n", -1);

	for (guint i = 0; words[i]; i++) {
		g_autofree gchar *again = NULL;
		guint8 sum[SUM];

		if (!g_str_has_prefix(words[i], PREFIX) || !decode(words[i], sum))
			continue;
		/* What decodes to the same may be written in more than one way. */
		again = write_out(sum);
		if (g_str_equal(again, words[i]))
			return g_steal_pointer(&again);
	}
	return NULL;
}

static gboolean add_file(GChecksum *checksum, int file)
{
	g_autofree guint8 *buffer = g_malloc(BLOCK);
	ssize_t count;

	while ((count = read(file, buffer, BLOCK)) > 0)
		g_checksum_update(checksum, buffer, count);
	return !count;
}

gchar *integrity_of_file(const gchar *path, GError **error)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA512);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	gboolean fine = file >= 0 && add_file(checksum, file);
	guint8 sum[SUM];
	gsize size = SUM;

	if (!fine)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot read '%s': %s", path,
			    g_strerror(errno));
	if (file >= 0)
		close(file);
	if (!fine)
		return NULL;
	g_checksum_get_digest(checksum, sum, &size);
	return write_out(sum);
}

gchar *integrity_to_file_name(const gchar *integrity)
{
	GString *name = g_string_new(PREFIX);
	guint8 sum[SUM] = {0};

	decode(integrity, sum);
	for (guint i = 0; i < DIGITS / 2; i++)
		g_string_append_printf(name, "%02x", sum[i]);
	return g_string_free(name, FALSE);
}
