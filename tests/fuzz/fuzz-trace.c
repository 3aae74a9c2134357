/*
 * Whatever a trace holds, it is read, and leads to no file but those of the map. FUZZ_FOLDER says
 * where the records of tests/golden/cores are, unpacked.
 */
#include <unistd.h>

#include "inspect/trace.h"
#include "model/executed.h"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	static int fd = -1;
	static gchar *trace;
	const gchar *folder = g_getenv("FUZZ_FOLDER");
	g_autofree gchar *program = g_build_filename(folder, "dynamic", NULL);
	g_autoptr(GPtrArray) all = NULL;
	g_autoptr(GError) error = NULL;

	if (fd < 0)
		fd = g_file_open_tmp("trace-XXXXXX", &trace, NULL);
	g_assert_cmpint(ftruncate(fd, 0), ==, 0);
	g_assert_cmpint(pwrite(fd, data, size, 0), ==, size);
	all = trace_read(trace, (PathMap[]){{"/rig/case/dynamic", program}, {NULL, NULL}}, &error);
	if (!all)
		g_error("%s", error->message);
	for (guint i = 0; i < all->len; i++) {
		const Executed *executed = g_ptr_array_index(all, i);

		if (executed->file)
			g_assert_cmpstr(executed->file, ==, program);
		g_assert_cmpuint(executed->offset, <=, G_MAXINT64);
	}
	return 0;
}
