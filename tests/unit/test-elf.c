/*
 * elf_check and elf_needed on the recorded programs, and on what people hand over by mistake.
 */
#include <elf.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inspect/elf.h"

#define GOLDEN "tests/golden/cores"

static gchar *folder;

/* A recorded file as bytes. */
static gchar *recorded(const gchar *name, gsize *length)
{
	g_autofree gchar *path = g_strdup_printf(GOLDEN "/%s.elf.gz", name);
	g_autoptr(GFile) file = g_file_new_for_path(path);
	g_autoptr(GInputStream) in = G_INPUT_STREAM(g_file_read(file, NULL, NULL));
	g_autoptr(GConverter) gunzip =
		G_CONVERTER(g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP));
	g_autoptr(GInputStream) plain = g_converter_input_stream_new(in, gunzip);
	g_autoptr(GOutputStream) out = g_memory_output_stream_new_resizable();

	g_assert_cmpint(
		g_output_stream_splice(out, plain, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, NULL),
		>, 0);
	*length = g_memory_output_stream_get_data_size(G_MEMORY_OUTPUT_STREAM(out));
	return g_memory_output_stream_steal_data(G_MEMORY_OUTPUT_STREAM(out));
}

static gchar *write_file(const gchar *bytes, gsize length)
{
	g_autofree gchar *path = g_build_filename(folder, "file", NULL);

	g_assert_true(g_file_set_contents(path, bytes, length, NULL));
	return g_steal_pointer(&path);
}

static void refused(const gchar *path, ElfKind kind, const gchar *why)
{
	g_autoptr(GError) error = NULL;
	g_autofree gchar *want = g_strdup_printf("%s %s", path, why);

	g_assert_false(elf_check(path, kind, &error));
	g_assert_cmpstr(error->message, ==, want);
}

static void test_kinds(void)
{
	static const struct {
		const gchar *name;
		ElfKind kind;
	} cases[] = {
		{"static", ELF_PROGRAM},        {"static-pie", ELF_PROGRAM},
		{"dynamic", ELF_PROGRAM},       {"mimalloc", ELF_PROGRAM},
		{"libdynamic.so", ELF_LIBRARY}, {"libmimalloc.so", ELF_LIBRARY},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		gsize length;
		g_autofree gchar *bytes = recorded(cases[i].name, &length);
		g_autofree gchar *path = write_file(bytes, length);
		gboolean program = cases[i].kind == ELF_PROGRAM;
		GError *error = NULL;

		g_assert_true(elf_check(path, cases[i].kind, &error));
		g_assert_no_error(error);
		refused(path, program ? ELF_LIBRARY : ELF_PROGRAM,
			program ? "is a program, not a shared library"
				: "is a shared library, not a program");
	}
}

/* One field of a good library changed. */
static void test_changed(void)
{
	static const struct {
		gsize offset;
		guint8 value;
		const gchar *why;
	} cases[] = {
		{0, 'x', "is not an ELF file"},
		{EI_CLASS, ELFCLASS32, "is a 32-bit ELF file, not a 64-bit one"},
		{18, EM_X86_64, "is an ELF file for x86-64, not for AArch64"},
		{18, EM_ARM, "is an ELF file for 32-bit Arm, not for AArch64"},
		{18, 1, "is an ELF file for another machine (e_machine 1), not for AArch64"},
		{16, ET_REL, "is an object file that is not linked yet, not a shared library"},
		{16, ET_CORE, "is a core file, not a shared library"},
		{16, 77, "is an ELF file of an unknown type, not a shared library"},
		{54, 1, "is a damaged ELF file: header entries of a wrong size"},
		{56, 0, "has no segment to load, so it is no usable shared library"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		gsize length;
		g_autofree gchar *bytes = recorded("libstripped.so", &length);
		g_autofree gchar *path = NULL;

		bytes[cases[i].offset] = cases[i].value;
		if (cases[i].offset == 18)
			bytes[19] = 0;
		path = write_file(bytes, length);
		refused(path, ELF_LIBRARY, cases[i].why);
	}
}

static void test_big_endian(void)
{
	gsize length;
	g_autofree gchar *bytes = recorded("libstripped.so", &length);
	g_autofree gchar *path = NULL;

	bytes[EI_DATA] = ELFDATA2MSB;
	bytes[18] = 0;
	bytes[19] = (gchar)EM_AARCH64;
	path = write_file(bytes, length);
	refused(path, ELF_LIBRARY, "is a big-endian ELF file, not little-endian AArch64");
}

/* Cut at any length, a file is refused: as what it says it is, the complete one alone passes. */
static void test_truncated(void)
{
	gsize length;
	g_autofree gchar *bytes = recorded("libstripped.so", &length);

	for (gsize n = 1; n < length; n++) {
		g_autofree gchar *path = write_file(bytes, n);
		g_autoptr(GError) error = NULL;

		g_assert_false(elf_check(path, ELF_LIBRARY, &error));
		if (n >= SELFMAG)
			g_assert_nonnull(strstr(error->message, "is truncated"));
	}
}

static void test_unusable(void)
{
	g_autofree gchar *empty = write_file("", 0);
	g_autofree gchar *nowhere = g_build_filename(folder, "nowhere", NULL);
	g_autofree gchar *fifo = g_build_filename(folder, "fifo", NULL);

	refused(empty, ELF_LIBRARY, "is empty, not an ELF file");
	refused(folder, ELF_LIBRARY, "is a folder, not an ELF file");
	refused(nowhere, ELF_LIBRARY, "cannot be read: No such file or directory");
	g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
	refused(fifo, ELF_LIBRARY, "is not a regular file");
	g_remove(fifo);
}

static void test_unreadable(void)
{
	g_autofree gchar *path = write_file("x", 1);

	if (geteuid() == 0) {
		g_test_skip("root reads everything");
		return;
	}
	g_assert_cmpint(g_chmod(path, 0), ==, 0);
	refused(path, ELF_LIBRARY, "cannot be read: Permission denied");
	g_remove(path);
}

static void test_needed(void)
{
	gsize length;
	g_autofree gchar *bytes = recorded("dynamic", &length);
	g_autofree gchar *path = write_file(bytes, length);
	g_autofree gchar *interpreter = NULL;
	g_auto(GStrv) needed = elf_needed(path, &interpreter, NULL);

	g_assert_cmpstr(interpreter, ==, "/lib/ld-linux-aarch64.so.1");
	g_assert_cmpuint(g_strv_length(needed), ==, 1);
	g_assert_cmpstr(needed[0], ==, "libdynamic.so");
}

static void test_needed_none(void)
{
	gsize length;
	g_autofree gchar *bytes = recorded("static", &length);
	g_autofree gchar *path = write_file(bytes, length);
	g_autofree gchar *interpreter = NULL;
	g_auto(GStrv) needed = elf_needed(path, &interpreter, NULL);
	g_auto(GStrv) places = elf_runpath(path);

	g_assert_nonnull(places);
	g_assert_null(places[0]);
	g_assert_null(elf_runpath(folder));
	g_assert_null(interpreter);
	g_assert_nonnull(needed);
	g_assert_null(needed[0]);
	g_assert_null(elf_needed(folder, NULL, NULL));
}

int main(int argc, char **argv)
{
	g_autofree gchar *file = NULL;
	int status;

	g_test_init(&argc, &argv, NULL);
	setlocale(LC_ALL, "C");
	folder = g_dir_make_tmp("test-elf-XXXXXX", NULL);
	g_assert_nonnull(folder);
	g_test_add_func("/elf/kinds", test_kinds);
	g_test_add_func("/elf/changed", test_changed);
	g_test_add_func("/elf/big-endian", test_big_endian);
	g_test_add_func("/elf/truncated", test_truncated);
	g_test_add_func("/elf/unusable", test_unusable);
	g_test_add_func("/elf/unreadable", test_unreadable);
	g_test_add_func("/elf/needed", test_needed);
	g_test_add_func("/elf/needed-none", test_needed_none);
	status = g_test_run();
	file = g_build_filename(folder, "file", NULL);
	g_remove(file);
	g_rmdir(folder);
	g_free(folder);
	return status;
}
