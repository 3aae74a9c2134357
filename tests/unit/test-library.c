/*
 * What a library and a program need to be loaded, on libraries built for the purpose.
 */
#include <string.h>

#include "base/error.h"
#include "run/library.h"
#include "tree.h"

static Tree *tree;
static gchar *sysroot;

static gchar *in(const gchar *name)
{
	return g_build_filename(tree, name, NULL);
}

/* Runs a shell command in the tree. */
static void shell(const gchar *command)
{
	const gchar *argv[] = {"/bin/sh", "-ec", command, NULL};
	g_autoptr(GError) error = NULL;
	int status;

	g_spawn_sync(tree, (gchar **)argv, NULL, 0, NULL, NULL, NULL, NULL, &status, &error);
	g_assert_no_error(error);
	g_assert_cmpint(status, ==, 0);
}

/* liba.so needs libb.so beside it, that needs libc.so.6 of the sysroot. */
static void build(void)
{
	shell("mkdir -p lib sysroot/usr/lib/aarch64-linux-gnu sysroot/lib alone\n"
	      "export CC='aarch64-linux-gnu-gcc -nostdlib -shared'\n"
	      "echo 'int x;' >x.c\n"
	      "echo 'int _start(void) { return 0; }' >p.c\n"
	      "$CC -Wl,-soname,libc.so.6 -o sysroot/usr/lib/aarch64-linux-gnu/libc.so.6 x.c\n"
	      "$CC -Wl,-soname,libb.so -o lib/libb.so x.c "
	      "sysroot/usr/lib/aarch64-linux-gnu/libc.so.6\n"
	      "$CC -Wl,-soname,liba.so -Wl,--no-as-needed -o lib/liba.so x.c lib/libb.so\n"
	      "cp lib/liba.so alone\n"
	      "mkdir -p wheel/x wheel/x.libs && cp lib/libb.so wheel/x.libs\n"
	      "$CC -Wl,--no-as-needed,-rpath,'/nowhere:$ORIGIN/../x.libs' -o wheel/x/runpath.so "
	      "x.c "
	      "lib/libb.so\n"
	      "$CC -Wl,--no-as-needed,--disable-new-dtags,-rpath,'${ORIGIN}/../x.libs' "
	      "-o wheel/x/rpath.so x.c lib/libb.so\n"
	      "$CC -Wl,--no-as-needed,-rpath,\"$PWD/wheel/x.libs\" -o wheel/x/absolute.so x.c "
	      "lib/libb.so\n"
	      "$CC -Wl,-soname,libc.so -o sysroot/usr/lib/libc.so x.c\n"
	      "$CC -Wl,--no-as-needed -o alone/musl.so x.c sysroot/usr/lib/libc.so\n"
	      "aarch64-linux-gnu-gcc -nostdlib -Wl,--no-as-needed -o program p.c "
	      "sysroot/usr/lib/aarch64-linux-gnu/libc.so.6\n"
	      "aarch64-linux-gnu-gcc -nostdlib -Wl,--no-as-needed -o needy p.c lib/libb.so "
	      "-Wl,--allow-shlib-undefined\n"
	      "aarch64-linux-gnu-gcc -nostdlib -static -o static p.c\n"
	      "echo hello >text\n");
}

static void test_files(void)
{
	g_autofree gchar *first = in("lib/liba.so");
	g_autofree gchar *second = in("lib/libb.so");
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) files = library_files(first, sysroot, "glibc", &error);

	g_assert_no_error(error);
	g_assert_cmpuint(g_strv_length(files), ==, 2);
	g_assert_cmpstr(files[0], ==, first);
	g_assert_cmpstr(files[1], ==, second);
}

/* As wheels have them. */
static void test_runpath(void)
{
	const gchar *const names[] = {"wheel/x/runpath.so", "wheel/x/rpath.so"};
	g_autofree gchar *second = in("wheel/x.libs/libb.so");

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree gchar *first = in(names[i]);
		g_autoptr(GError) error = NULL;
		g_auto(GStrv) files = library_files(first, sysroot, "glibc", &error);

		g_assert_no_error(error);
		g_assert_cmpuint(g_strv_length(files), ==, 2);
		g_assert_cmpstr(files[1], ==, second);
	}
}

static void test_musl(void)
{
	g_autofree gchar *path = in("alone/musl.so");
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) files = library_files(path, sysroot, "musl", &error);

	g_assert_no_error(error);
	g_assert_cmpuint(g_strv_length(files), ==, 1);
	g_assert_null(library_files(path, sysroot, "glibc", &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE);
	g_assert_nonnull(strstr(error->message, "musl.so is for musl, and programs here load it "
						"with glibc"));
}

static void check_refused(const gchar *name, const gchar *message)
{
	g_autofree gchar *path = in(name);
	g_autoptr(GError) error = NULL;

	g_assert_null(library_files(path, sysroot, "glibc", &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE);
	if (!strstr(error->message, message))
		g_error("%s", error->message);
}

static void test_refused(void)
{
	check_refused("alone/liba.so", "liba.so needs libb.so, which is neither beside it nor in");
	check_refused("wheel/x/absolute.so", "needs libb.so, which is neither beside it");
	check_refused("program", "is a program, not a shared library");
	check_refused("text", "text");
	check_refused("missing.so", "missing.so");
}

/* What lies beside it must be a library, too. */
static void test_bad_neighbour(void)
{
	shell("echo hello >alone/libb.so");
	check_refused("alone/liba.so", "libb.so");
	shell("rm alone/libb.so");
}

static gboolean starts(const gchar *name, gchar **message)
{
	g_autofree gchar *path = in(name);
	g_autoptr(GError) error = NULL;
	gboolean starts = program_check(path, sysroot, &error);

	*message = NULL;
	if (starts)
		return TRUE;
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE);
	*message = g_strdup(error->message);
	return FALSE;
}

static void test_programs(void)
{
	static const struct {
		const gchar *name, *message;
	} cases[] = {
		{"static", NULL},
		{"program", NULL},
		{"needy", "needs libb.so, which is not in the sysroot"},
		{"lib/liba.so", "is a shared library, not a program"},
		{"text", "text"},
		{"modeless", "is not executable; 'chmod +x' makes it so"},
	};

	shell("touch sysroot/lib/ld-linux-aarch64.so.1; cp program modeless; chmod 644 modeless");
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree gchar *message = NULL;

		g_assert_cmpint(starts(cases[i].name, &message), ==, !cases[i].message);
		g_assert_true(!message || strstr(message, cases[i].message));
	}
	shell("rm sysroot/lib/ld-linux-aarch64.so.1");
}

static void test_interpreter(void)
{
	g_autofree gchar *message = NULL;

	g_assert_false(starts("program", &message));
	g_assert_nonnull(strstr(message, "wants the interpreter /lib/ld-linux-aarch64.so.1, which "
					 "is not in the sysroot"));
}

int main(int argc, char **argv)
{
	g_autofree gchar *compiler = g_find_program_in_path("aarch64-linux-gnu-gcc");
	int status;

	g_test_init(&argc, &argv, NULL);
	if (!compiler) {
		g_print("1..0 # SKIP it needs aarch64-linux-gnu-gcc\n");
		return 0;
	}
	tree = tree_new();
	sysroot = in("sysroot");
	build();
	g_test_add_func("/library/files", test_files);
	g_test_add_func("/library/runpath", test_runpath);
	g_test_add_func("/library/musl", test_musl);
	g_test_add_func("/library/refused", test_refused);
	g_test_add_func("/library/bad-neighbour", test_bad_neighbour);
	g_test_add_func("/library/programs", test_programs);
	g_test_add_func("/library/interpreter", test_interpreter);
	status = g_test_run();
	tree_free(tree);
	g_free(sysroot);
	return status;
}
