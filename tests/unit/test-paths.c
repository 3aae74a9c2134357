/*
 * Where the rig looks for its data: named by A64RIG_DATA, beside the build folder, under PREFIX.
 *
 * The program to find a place for is this test itself, copied to where the rig's might stand.
 */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/paths.h"
#include "tree.h"

static Tree *folder;

/* Copied and run with this argument, the test prints what paths_new() says. */
#define ASK "--ask"

static int answer(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Paths) paths = paths_new(&error);
	g_autofree gchar *command = paths ? paths_prepare_command(paths) : NULL;

	if (!paths) {
		g_print("%s", error->message);
		return error_exit_status(error);
	}
	g_print("%s\n%s\n%s\n%s\n%s\n%s", paths->data, paths->launch, paths->prepared, paths->runs,
		paths->config, command);
	return 0;
}

static int ask(const gchar *bin, gchar **said)
{
	g_autofree gchar *program = g_build_filename(folder, bin, "a64rig", NULL);
	g_autofree gchar *place = g_path_get_dirname(program);
	g_autofree gchar *self = g_file_read_link("/proc/self/exe", NULL);
	const gchar *copy[] = {"cp", self, program, NULL};
	const gchar *argv[] = {program, ASK, NULL};
	g_autoptr(GError) error = NULL;
	int status;

	g_mkdir_with_parents(place, 0700);
	g_spawn_sync(NULL, (gchar **)copy, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
		     &status, &error);
	g_assert_no_error(error);
	g_spawn_sync(NULL, (gchar **)argv, NULL, 0, NULL, NULL, said, NULL, &status, &error);
	g_assert_no_error(error);
	return WEXITSTATUS(status);
}

static void expect(const gchar *bin, const gchar *data, const gchar *launch, const gchar *command)
{
	g_autofree gchar *said = NULL;
	g_autofree gchar *want =
		g_strdup_printf("%s/%s\n%s/%s\n%s/cache/a64rig/prepared\n%s/cache/a64rig/runs\n"
				"%s/config/a64rig\n%s",
				folder, data, folder, launch, folder, folder, folder, command);

	g_assert_cmpint(ask(bin, &said), ==, 0);
	g_assert_cmpstr(said, ==, want);
}

static void make(const gchar *name)
{
	g_free(tree_folder(folder, name));
}

static void make_file(const gchar *name)
{
	g_free(tree_write(folder, name, "", 0));
}

static void test_nowhere(void)
{
	g_autofree gchar *said = NULL;

	g_assert_cmpint(ask("alone/bin", &said), ==, EXIT_USAGE);
	g_assert_nonnull(strstr(said, "no folders rig/ and cases/ in '"));
	g_assert_nonnull(strstr(said, "A64RIG_DATA"));
}

static void test_checkout(void)
{
	make("checkout/rig");
	make("checkout/cases");
	make("checkout/build");
	make_file("checkout/Makefile");
	make_file("checkout/build/a64rig-launch");
	expect("checkout/build", "checkout", "checkout/build/a64rig-launch", "make prepare");
}

static void test_installed(void)
{
	g_autofree gchar *command = NULL;

	make("usr/share/a64rig/rig");
	make("usr/share/a64rig/cases");
	command = g_build_filename(folder, "usr/share/a64rig/scripts/prepare", NULL);
	expect("usr/bin", "usr/share/a64rig", "usr/bin/../libexec/a64rig/a64rig-launch", command);
}

static void test_named(void)
{
	g_autofree gchar *named = g_build_filename(folder, "named", NULL);
	g_autofree gchar *said = NULL;

	make("named/rig");
	g_setenv("A64RIG_DATA", named, TRUE);
	g_assert_cmpint(ask("checkout/build", &said), ==, EXIT_USAGE);
	g_assert_nonnull(strstr(said, "A64RIG_DATA is '"));
	make("named/cases");
	make_file("named/Makefile");
	make_file("checkout/build/a64rig-launch");
	expect("checkout/build", "named", "checkout/build/a64rig-launch", "make prepare");
	g_unsetenv("A64RIG_DATA");
}

int main(int argc, char **argv)
{
	g_autofree gchar *cache = NULL;
	g_autofree gchar *config = NULL;
	int status;

	if (argc == 2 && g_str_equal(argv[1], ASK))
		return answer();
	g_test_init(&argc, &argv, NULL);
	folder = tree_new();
	cache = g_build_filename(folder, "cache", NULL);
	config = g_build_filename(folder, "config", NULL);
	g_setenv("XDG_CACHE_HOME", cache, TRUE);
	g_setenv("XDG_CONFIG_HOME", config, TRUE);
	g_unsetenv("A64RIG_DATA");
	g_test_add_func("/paths/nowhere", test_nowhere);
	g_test_add_func("/paths/checkout", test_checkout);
	g_test_add_func("/paths/installed", test_installed);
	g_test_add_func("/paths/named", test_named);
	status = g_test_run();
	tree_free(folder);
	return status;
}
