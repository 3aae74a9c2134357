/*
 * Whatever a library holds, a core that names it is explained: elfutils meets nothing in it that
 * it cannot bear. FUZZ_FOLDER says where the records of tests/golden/cores are, unpacked.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inspect/core.h"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	static int fd = -1;
	const gchar *folder = g_getenv("FUZZ_FOLDER");
	g_autofree gchar *core = g_build_filename(folder, "dynamic.core", NULL);
	g_autofree gchar *program = g_build_filename(folder, "dynamic", NULL);
	g_autofree gchar *library = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(Fault) fault = NULL;

	if (fd < 0)
		fd = memfd_create("library", MFD_CLOEXEC);
	library = g_strdup_printf("/proc/self/fd/%d", fd);
	g_assert_cmpint(ftruncate(fd, 0), ==, 0);
	g_assert_cmpint(pwrite(fd, data, size, 0), ==, size);
	fault = core_explain(core, program, (PathMap[]){{"./libdynamic.so", library}, {NULL, NULL}},
			     4, 0, &error);
	g_assert_no_error(error);
	g_assert_nonnull(fault);
	return 0;
}
