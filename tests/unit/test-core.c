/*
 * Recorded core files of real programs (tests/golden/cores, made by tests/golden/make-cores), each
 * against what its NAME.expected says; and what is no usable core.
 */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "inspect/core.h"

#define GOLDEN "tests/golden/cores"

/* Every recorded file, unpacked here. */
static gchar *folder;

static gchar *unpacked(const gchar *name)
{
	return g_build_filename(folder, name, NULL);
}

static void unpack(const gchar *packed)
{
	g_autoptr(GFile) from = g_file_new_build_filename(GOLDEN, packed, NULL);
	g_autoptr(GFileInputStream) in = g_file_read(from, NULL, NULL);
	g_autoptr(GConverter) gunzip =
		G_CONVERTER(g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP));
	g_autofree gchar *name = g_strndup(packed, strlen(packed) - strlen(".gz"));
	g_autoptr(GFile) to = NULL;
	g_autoptr(GOutputStream) out = NULL;
	g_autoptr(GInputStream) plain = g_converter_input_stream_new(G_INPUT_STREAM(in), gunzip);
	GError *error = NULL;

	if (g_str_has_suffix(name, ".elf"))
		name[strlen(name) - strlen(".elf")] = '\0';
	to = g_file_new_build_filename(folder, name, NULL);
	out = G_OUTPUT_STREAM(g_file_create(to, G_FILE_CREATE_NONE, NULL, &error));
	g_assert_no_error(error);
	g_output_stream_splice(out, plain, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, &error);
	g_assert_no_error(error);
}

static void each_file(const gchar *path, void (*visit)(const gchar *name), const gchar *suffix)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const gchar *name;

	g_assert_nonnull(dir);
	while ((name = g_dir_read_name(dir)))
		if (g_str_has_suffix(name, suffix))
			visit(name);
}

static void delete (const gchar *name)
{
	g_autofree gchar *path = unpacked(name);

	g_assert_cmpint(g_remove(path), ==, 0);
}

static Fault *explain(const gchar *core, const gchar *program, GError **error)
{
	const PathMap map[] = {{".", folder}, {NULL, NULL}};
	g_autofree gchar *core_path = unpacked(core);
	g_autofree gchar *program_path = unpacked(program);

	return core_explain(core_path, program_path, map, 0, 0, error);
}

static gchar *backtrace_text(const Fault *fault)
{
	GString *s = g_string_new(NULL);

	for (guint i = 0; i < fault->backtrace->len; i++) {
		const Frame *frame = fault->backtrace->pdata[i];

		g_string_append_printf(s, "%s%s", i ? " " : "",
				       frame->function ? frame->function : "?");
	}
	return g_string_free(s, FALSE);
}

static void expect(GKeyFile *file, const gchar *key, const gchar *seen)
{
	g_autofree gchar *want = g_key_file_get_string(file, "fault", key, NULL);

	if (!want)
		return;
	g_assert_cmpstr(seen ? seen : "none", ==, want);
	g_key_file_remove_key(file, "fault", key, NULL);
}

static void expect_all(GKeyFile *file, const Fault *fault)
{
	g_autofree gchar *signal = fault_signal_name(fault->signal);
	g_autofree gchar *insn = g_strdup_printf("0x%08x", fault->insn);
	g_autofree gchar *place = fault_place(fault->function, fault->function_offset);
	g_autofree gchar *thread = g_strdup_printf("%u of %u", fault->thread, fault->threads);
	g_autofree gchar *backtrace = backtrace_text(fault);

	expect(file, "signal", signal);
	expect(file, "insn", fault->has_insn ? insn : NULL);
	expect(file, "mnemonic", fault->mnemonic);
	expect(file, "operands", fault->operands);
	expect(file, "feature", fault->feature);
	expect(file, "arch", fault->arch);
	expect(file, "object", fault->object);
	expect(file, "build-id", fault->build_id);
	expect(file, "function", place);
	expect(file, "nearest", fault->function_nearest ? "yes" : "no");
	expect(file, "source", fault->source);
	expect(file, "culprit", fault->culprit);
	expect(file, "version", fault->culprit_version);
	expect(file, "evidence", fault->culprit_evidence);
	expect(file, "thread", thread);
	expect(file, "note", fault->note);
	expect(file, "backtrace", backtrace);
}

static void test_recorded(gconstpointer data)
{
	const gchar *name = data;
	g_autofree gchar *expected = g_strdup_printf(GOLDEN "/%s.expected", name);
	g_autofree gchar *core = g_strconcat(name, ".core", NULL);
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_auto(GStrv) unknown = NULL;
	GError *error = NULL;
	g_autoptr(Fault) fault = explain(core, name, &error);

	g_assert_no_error(error);
	g_assert_true(g_key_file_load_from_file(file, expected, G_KEY_FILE_NONE, &error));
	expect_all(file, fault);
	unknown = g_key_file_get_keys(file, "fault", NULL, NULL);
	g_assert_cmpstr(unknown[0], ==, NULL);
}

/* The offset is one of the file: the word stands there. */
static void test_offset(void)
{
	g_autoptr(Fault) fault = explain("dynamic.core", "dynamic", NULL);
	g_autofree gchar *bytes = NULL;
	gsize length;
	guint32 word;

	g_assert_true(g_file_get_contents(fault->object_file, &bytes, &length, NULL));
	g_assert_cmpuint(fault->offset + sizeof(word), <=, length);
	memcpy(&word, bytes + fault->offset, sizeof(word));
	g_assert_cmphex(GUINT32_FROM_LE(word), ==, fault->insn);
	g_assert_cmpuint(((Frame *)fault->backtrace->pdata[0])->offset, ==, fault->offset);
}

static void test_given_signal(void)
{
	const PathMap map[] = {{NULL, NULL}};
	g_autofree gchar *core = unpacked("static.core");
	g_autofree gchar *program = unpacked("static");
	g_autoptr(Fault) fault = core_explain(core, program, map, 11, 0, NULL);

	g_assert_cmpint(fault->signal, ==, 11);
}

static void test_missing_library(void)
{
	const PathMap map[] = {{NULL, NULL}};
	g_autofree gchar *core = unpacked("dynamic.core");
	g_autofree gchar *program = unpacked("dynamic");
	GError *error = NULL;
	g_autoptr(Fault) fault = core_explain(core, program, map, 0, 0, &error);

	g_assert_no_error(error);
	g_assert_cmphex(fault->pc, !=, 0);
	g_assert_false(fault->has_insn);
	g_assert_null(fault->object);
	g_assert_nonnull(strstr(fault->note, "./libdynamic.so"));
	g_assert_cmpuint(fault->backtrace->len, >=, 1);
}

/* A library that was replaced after the run: its code says nothing about the fault. */
static void test_other_library(void)
{
	g_autofree gchar *wrong = unpacked("libmimalloc.so");
	const PathMap map[] = {{"./libdynamic.so", wrong}, {NULL, NULL}};
	g_autofree gchar *core = unpacked("dynamic.core");
	g_autofree gchar *program = unpacked("dynamic");
	g_autoptr(Fault) fault = core_explain(core, program, map, 0, 0, NULL);

	g_assert_nonnull(fault);
	g_assert_null(fault->object);
	g_assert_null(fault->culprit);
}

static void test_other_program(void)
{
	GError *error = NULL;

	g_assert_null(explain("dynamic.core", "static", &error));
	g_assert_nonnull(strstr(error->message, "is not the program that left this core file"));
	g_error_free(error);
}

static gchar *write_part(const gchar *from, gsize length)
{
	g_autofree gchar *path = unpacked(from);
	g_autofree gchar *part = unpacked("part");
	g_autofree gchar *bytes = NULL;
	gsize all;

	g_assert_true(g_file_get_contents(path, &bytes, &all, NULL));
	g_assert_true(g_file_set_contents(part, bytes, MIN(length, all), NULL));
	return g_steal_pointer(&part);
}

/* A core that a limit cut: what it still holds is told, and that it was cut. At no length does
 * anything worse happen. */
static void test_cut(void)
{
	static const gsize lengths[] = {0,    1,    63,    64,    100,    800,    2000,
					4096, 8000, 20000, 50000, 500000, 8000000};
	const PathMap map[] = {{".", folder}, {NULL, NULL}};
	g_autofree gchar *program = unpacked("dynamic");

	for (gsize i = 0; i < G_N_ELEMENTS(lengths); i++) {
		g_autofree gchar *part = write_part("dynamic.core", lengths[i]);
		g_autoptr(GError) error = NULL;
		g_autoptr(Fault) fault = core_explain(part, program, map, 0, 0, &error);

		g_assert_true(!fault == !!error);
		if (fault)
			g_assert_nonnull(strstr(fault->note, "cut short"));
		if (lengths[i] >= 4096)
			g_assert_nonnull(fault);
		if (lengths[i] < 800)
			g_assert_null(fault);
	}
}

static void test_no_core(void)
{
	static const struct {
		const gchar *name;
		const gchar *message;
	} cases[] = {
		{"static", "not a core file"},
		{"nowhere", "No such file"},
		{"garbage", "not an ELF file"},
		{"x86-64", "not for 64-bit AArch64"},
	};
	g_autofree gchar *garbage = unpacked("garbage");
	g_autofree gchar *x86 = unpacked("x86-64");
	g_autofree gchar *core = unpacked("static.core");
	g_autofree gchar *bytes = NULL;
	gsize length;

	g_assert_true(g_file_get_contents(core, &bytes, &length, NULL));
	bytes[18] = 62; /* e_machine: EM_X86_64 */
	g_assert_true(g_file_set_contents(x86, bytes, 8192, NULL));
	memset(bytes, 'x', 8192);
	g_assert_true(g_file_set_contents(garbage, bytes, 8192, NULL));
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(explain(cases[i].name, "static", &error));
		g_assert_nonnull(strstr(error->message, cases[i].message));
		g_assert_nonnull(strstr(error->message, cases[i].name));
	}
}

static void add_recorded(const gchar *expected)
{
	g_autofree gchar *name = g_strndup(expected, strlen(expected) - strlen(".expected"));
	g_autofree gchar *path = g_strconcat("/core/recorded/", name, NULL);

	g_test_add_data_func_full(path, g_steal_pointer(&name), test_recorded, g_free);
}

int main(int argc, char **argv)
{
	int status;

	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("test-core-XXXXXX", NULL);
	g_assert_nonnull(folder);
	each_file(GOLDEN, unpack, ".gz");
	each_file(GOLDEN, add_recorded, ".expected");
	g_test_add_func("/core/offset", test_offset);
	g_test_add_func("/core/given-signal", test_given_signal);
	g_test_add_func("/core/missing-library", test_missing_library);
	g_test_add_func("/core/other-library", test_other_library);
	g_test_add_func("/core/other-program", test_other_program);
	g_test_add_func("/core/cut", test_cut);
	g_test_add_func("/core/no-core", test_no_core);
	status = g_test_run();
	each_file(folder, delete, "");
	g_rmdir(folder);
	g_free(folder);
	return status;
}
