/*
 * Whatever an archive holds, it is read to its end or refused with a reason, and no path that comes
 * out leads out. The first byte says whether it is an archive or a single compressed file.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "archive/reader.h"
#include "base/error.h"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static void assert_inside(const gchar *path)
{
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);

	for (guint i = 0; parts[i]; i++)
		g_assert_true(*parts[i] && !g_str_equal(parts[i], ".") &&
			      !g_str_equal(parts[i], ".."));
}

static void read_all(Reader *reader, GError **error)
{
	gchar buffer[4096];
	const Entry *entry;
	gssize count;

	while (reader_next(reader, &entry, error) && entry) {
		assert_inside(entry->path);
		if (entry->kind == ENTRY_HARDLINK)
			assert_inside(entry->target);
		do {
			count = reader_read(reader, buffer, sizeof buffer, error);
		} while (count > 0);
		if (count < 0)
			return;
	}
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	const ReaderLimits limits = {.entries = 1000, .bytes = 1 << 20};
	static int file = -1;
	static gchar *path;
	g_autoptr(GError) error = NULL;
	g_autoptr(Reader) reader = NULL;

	if (!path) {
		file = memfd_create("archive", MFD_CLOEXEC);
		path = g_strdup_printf("/proc/self/fd/%d", file);
	}
	if (!size)
		return 0;
	g_assert_cmpint(ftruncate(file, 0), ==, 0);
	g_assert_cmpint(pwrite(file, data + 1, size - 1, 0), ==, size - 1);
	reader = (*data == 'p' ? reader_new_plain : reader_new)(path, &limits, &error);
	g_assert_true(!reader == !!error);
	if (reader)
		read_all(reader, &error);
	g_assert_true(!error || g_error_matches(error, A64RIG_ERROR, A64RIG_ERROR_RIG));
	return 0;
}
