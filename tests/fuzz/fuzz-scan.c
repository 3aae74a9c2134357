/*
 * Whatever a file holds, its scan ends, and what it finds lies in the file.
 */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "scan/file.h"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static const gchar *const hwcaps[] = {"fp", "asimd"};

static void check(const ScanFile *file, const guint8 *data, size_t size)
{
	for (guint i = 0; i < file->hits->len; i++) {
		const Hit *hit = g_ptr_array_index(file->hits, i);
		guint32 word;

		g_assert_cmpuint(hit->offset + sizeof(word), <=, size);
		memcpy(&word, data + hit->offset, sizeof(word));
		g_assert_cmpuint(word, ==, hit->word);
		g_assert_true(hit->class == HIT_BARE || hit->reason);
	}
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	const Profile baseline = {.hwcaps = (gchar **)hwcaps, .hwcaps_count = G_N_ELEMENTS(hwcaps)};
	FileFeatures features = {g_hash_table_new(NULL, NULL), g_hash_table_new(NULL, NULL)};
	g_autofree gchar *path = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(ScanFile) file = NULL;
	int fd = g_file_open_tmp("fuzz-scan-XXXXXX", &path, NULL);

	g_assert_cmpint(write(fd, data, size), ==, size);
	close(fd);
	file = file_scan(path, path, &baseline, &features, &error);
	g_assert_true(!file == !!error);
	if (file)
		check(file, data, size);
	g_remove(path);
	g_hash_table_unref(features.bare);
	g_hash_table_unref(features.unknown);
	return 0;
}
