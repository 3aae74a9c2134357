/*
 * scan FILE OFFSET SIZE (hexadecimal) - scans that part of FILE ten times. Prints seconds of the
 * middle one, GB/s, and the number of words with a row in the table.
 */
#include <stdio.h>
#include <stdlib.h>

#include "isa/table.h"

enum { ROUNDS = 10 };

static gsize scan_all(const guint32 *words, gsize count)
{
	gsize hits = 0;

	for (gsize i = isa_scan(words, count, 0); i < count; i = isa_scan(words, count, i + 1))
		hits++;
	return hits;
}

static int by_time(const void *a, const void *b)
{
	gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;

	return (x > y) - (x < y);
}

static void measure(const guint32 *words, gsize count)
{
	gint64 took[ROUNDS];
	gsize hits = scan_all(words, count);

	for (guint i = 0; i < ROUNDS; i++) {
		gint64 start = g_get_monotonic_time();

		g_assert_cmpuint(scan_all(words, count), ==, hits);
		took[i] = MAX(g_get_monotonic_time() - start, 1);
	}
	qsort(took, ROUNDS, sizeof(*took), by_time);
	printf("%.6f %.2f %" G_GSIZE_FORMAT "\n", (double)took[ROUNDS / 2] / 1e6,
	       (double)count * sizeof(guint32) / (double)took[ROUNDS / 2] / 1e3, hits);
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autofree gchar *bytes = NULL;
	g_autofree guint32 *words = NULL;
	guint64 offset, size;
	gsize length;

	if (argc != 4) {
		fprintf(stderr, "usage: scan FILE OFFSET SIZE\n");
		return 2;
	}
	offset = g_ascii_strtoull(argv[2], NULL, 16);
	size = g_ascii_strtoull(argv[3], NULL, 16);
	if (!g_file_get_contents(argv[1], &bytes, &length, &error) || offset > length ||
	    size > length - offset) {
		fprintf(stderr, "scan: %s: %s\n", argv[1],
			error ? error->message : "it ends before the part to scan");
		return 3;
	}
	words = g_memdup2(bytes + offset, size);
	measure(words, size / sizeof(guint32));
	return 0;
}
