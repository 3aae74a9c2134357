/* What an emulator tells of what it executed, and where that is found in files. */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "inspect/code.h"
#include "inspect/trace.h"
#include "isa/table.h"
#include "model/executed.h"

/* An arm64 program of the prepared sysroot that has LSE in it. */
static gchar *library;

typedef struct {
	guint32 words[17];
	guint at;
	guint64 offset;
} Known;

/* Some place in the library, with the words around it on its page. */
static Known find_known(guint skip)
{
	g_autoptr(Code) code = code_open(library, NULL);
	guint count;
	const CodeRange *ranges = code_ranges(code, &count);
	Known known = {0};

	for (guint i = 0; i < count; i++)
		for (gsize w = isa_scan(ranges[i].words, ranges[i].count, 0); w < ranges[i].count;
		     w = isa_scan(ranges[i].words, ranges[i].count, w + 1)) {
			known.offset = ranges[i].offset + 4 * w;
			if (known.offset % 4096 < 64 || known.offset % 4096 > 4000 || w < 8 ||
			    w + 9 > ranges[i].count || skip--)
				continue;
			known.at = 8;
			memcpy(known.words, ranges[i].words + w - 8, sizeof known.words);
			return known;
		}
	g_assert_not_reached();
}

/* The library is seen as /rig/subject/lib.so. */
static GPtrArray *read_text(const gchar *text, gssize length)
{
	const PathMap map[] = {{"/rig/subject/lib.so", library}, {NULL, NULL}};
	g_autofree gchar *path = NULL;
	g_autoptr(GError) error = NULL;
	int file = g_file_open_tmp("trace-XXXXXX", &path, NULL);
	GPtrArray *all;

	close(file);
	g_assert_true(g_file_set_contents(path, text, length, NULL));
	all = trace_read(path, map, &error);
	g_unlink(path);
	g_assert_no_error(error);
	return all;
}

static void test_places(void)
{
	g_autoptr(GPtrArray) all = read_text("run 5500001000 88e07c41 1230 /rig/subject/lib.so\n"
					     "run 5500001000 88e07c41 1230 /rig/subject/lib.so\n"
					     "run 7000 b8e00020 0 \n"
					     "run 8000 b8e00020 40 /rig/subject/../../etc/passwd\n"
					     "trap 9000 4e284800 10 /rig/subject/lib.so\n"
					     "trap 9000 4e284800 10 /rig/subject/lib.so",
					     -1);
	const Executed *first = g_ptr_array_index(all, 0);
	const Executed *made = g_ptr_array_index(all, 1);
	const Executed *strange = g_ptr_array_index(all, 2);
	const Executed *trap = g_ptr_array_index(all, 3);

	g_assert_cmpuint(all->len, ==, 5);
	g_assert_cmphex(first->addr, ==, 0x5500001000);
	g_assert_cmphex(first->word, ==, 0x88e07c41);
	g_assert_cmphex(first->offset, ==, 0x1230);
	g_assert_cmpstr(first->file, ==, library);
	g_assert_cmpstr(first->object, ==, "/rig/subject/lib.so");
	g_assert_false(first->trapped);
	g_assert_null(made->file);
	g_assert_null(made->object);
	g_assert_null(strange->file);
	g_assert_true(trap->trapped);
}

static void test_nonsense(void)
{
	static const gchar text[] = "run\nrun \nrun 1\nrun 1 2\nrun 1 2 \nrun x 2 3 /a\n"
				    "run 1 123456789 3 /a\nrun 1 2 8000000000000000 /a\n"
				    "run -1 2 3 /a\nsee 1 2 3\nsee 10 2 20 00000000\n"
				    "see 10 2 0 0000\ntrap\ntrap 1\nnews\n\n\0\0run\n0x\n0x:\n"
				    "0x10\n0x10: 123456789\n0xzz:  88e07c41\n";
	g_autoptr(GPtrArray) all = read_text(text, sizeof text - 1);

	g_assert_cmpuint(all->len, ==, 0);
}

static void test_words(void)
{
	const Known known = find_known(0);
	guint64 addr = 0xffff80000000 + known.offset;
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GPtrArray) all = NULL;
	const Executed *found, *other;

	g_string_printf(text, "see %" G_GINT64_MODIFIER "x %x %" G_GINT64_MODIFIER "x ", addr,
			known.words[8], addr - 32);
	for (guint i = 0; i < 17; i++)
		g_string_append_printf(text, "%08x", known.words[i]);
	/* The same word elsewhere on a page, and with other words around it. */
	g_string_append_printf(text, "\nsee %x %x %x %08x\n", 0x10004, known.words[8], 0x10004,
			       known.words[8]);
	all = read_text(text->str, -1);
	found = g_ptr_array_index(all, 0);
	other = g_ptr_array_index(all, 1);
	g_assert_cmpuint(all->len, ==, 2);
	g_assert_cmphex(found->offset, ==, known.offset);
	g_assert_cmpstr(found->file, ==, library);
	g_assert_cmphex(found->word, ==, known.words[8]);
	g_assert_null(other->file);
}

/* What the kernel made of its vDSO is not the program's; a program's own counter is. */
static void test_vdso(void)
{
	g_autoptr(GPtrArray) all =
		read_text("see ffff803cd30c d53be0c2 ffff803cd308 d503201fd53be0c2\n"
			  "see ffff803cd30c d53be0c2 ffff803cd308 d5033fdfd53be0c2\n"
			  "see ffff803cd000 d53be0c3 ffff803cd000 d53be0c3\n",
			  -1);
	const Executed *first = g_ptr_array_index(all, 0);

	g_assert_cmpuint(all->len, ==, 2);
	g_assert_cmphex(first->word, ==, 0xd53be0c2);
}

/* A log has words and nothing else; those of one block follow each other. */
static void test_log(void)
{
	const Known known = find_known(1);
	guint64 addr = 0x5500000000 + known.offset;
	g_autoptr(GString) text = g_string_new("----------------\nIN: \n");
	g_autoptr(GPtrArray) all = NULL;
	const Executed *found;
	guint above = 0;

	for (guint i = 0; i < 17; i++) {
		g_string_append_printf(text, "0x%" G_GINT64_MODIFIER "x:  %08x  some text\n",
				       addr - 32 + 4 * i, known.words[i]);
		above += isa_row(known.words[i]) != NULL;
	}
	all = read_text(text->str, -1);
	g_assert_cmpuint(all->len, ==, above);
	for (guint i = 0; i < all->len; i++) {
		found = g_ptr_array_index(all, i);
		g_assert_cmpstr(found->file, ==, library);
		g_assert_cmphex(found->addr - found->offset, ==, 0x5500000000);
	}
}

static void test_no_file(void)
{
	const PathMap map[] = {{NULL, NULL}};
	g_autoptr(GError) error = NULL;

	g_assert_null(trace_read("/nonexistent/trace", map, &error));
	g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
	g_clear_error(&error);
	/* A link could lead anywhere. */
	g_assert_null(trace_read("/proc/self/exe", map, &error));
	g_assert_nonnull(error);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	library = g_build_filename(g_get_user_cache_dir(), "a64rig", "prepared", "sysroot", "usr",
				   "lib", "aarch64-linux-gnu", "libc.so.6", NULL);
	if (!g_file_test(library, G_FILE_TEST_EXISTS)) {
		g_print("1..0 # SKIP nothing is prepared; run 'make prepare'\n");
		return 0;
	}
	g_test_add_func("/trace/places", test_places);
	g_test_add_func("/trace/nonsense", test_nonsense);
	g_test_add_func("/trace/words", test_words);
	g_test_add_func("/trace/vdso", test_vdso);
	g_test_add_func("/trace/log", test_log);
	g_test_add_func("/trace/no-file", test_no_file);
	return g_test_run();
}
