/*
 * Whatever a file holds, it is accepted or refused with a reason.
 */
#include <glib/gstdio.h>
#include <unistd.h>

#include "inspect/elf.h"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autofree gchar *path = NULL, *interpreter = NULL;
	g_auto(GStrv) needed = NULL, places = NULL;
	g_autoptr(GError) error = NULL;
	int fd = g_file_open_tmp("fuzz-elf-XXXXXX", &path, NULL);

	g_assert_cmpint(write(fd, data, size), ==, size);
	close(fd);
	g_assert_true(elf_check(path, ELF_LIBRARY, &error) == !error);
	g_clear_error(&error);
	g_assert_true(elf_check(path, ELF_PROGRAM, &error) == !error);
	g_clear_error(&error);
	needed = elf_needed(path, &interpreter, &error);
	g_assert_true(!needed == !!error);
	places = elf_runpath(path);
	g_assert_true(places || error);
	g_remove(path);
	return 0;
}
