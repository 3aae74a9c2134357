/* The command that exec starts a program by: what of its environment and words comes through. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "user/pass.h"

static gchar model[] = "cortex-a72";
static const Profile profile = {.name = model, .model = model};

/* Without walls, so that the whole command is what is looked at. */
static GStrv command(gchar **args, GError **error)
{
	static const Sandbox sandbox = {.launch = "/x/a64rig-pass"};
	static gchar *none[] = {NULL};
	const PassSpec spec = {.sandbox = &sandbox,
			       .emulator = "/x/qemu-aarch64",
			       .sysroot = "/x/root",
			       .program = "./prog",
			       .path = "/x/prog",
			       .args = args ? args : none,
			       .bound = none,
			       .core = 8};

	return pass_command(&spec, &profile, 7, error);
}

static gchar *joined(gchar **args)
{
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) argv = command(args, &error);

	g_assert_no_error(error);
	return g_strjoinv("|", argv);
}

/* Words as they are, whatever they look like. */
static void test_words(void)
{
	const gchar *args[] = {"--", "-cpu", "", "two words", "--help", NULL};
	g_autofree gchar *said = NULL;

	g_setenv("PWD", "/x/by a link", TRUE);
	said = joined((gchar **)args);
	g_assert_cmpstr(
		said, ==,
		"/x/a64rig-pass|report=7|core=8|mask=0|pwd=/x/by a link|--|/x/qemu-aarch64|-cpu|"
		"cortex-a72|-L|/x/root|./prog|--|-cpu||two words|--help");
}

static void test_no_folder_known(void)
{
	g_autofree gchar *said = NULL;

	g_unsetenv("PWD");
	said = joined(NULL);
	g_assert_null(strstr(said, "pwd="));
}

static void test_mask(void)
{
	g_autofree gchar *said = NULL;
	sigset_t some, before;

	sigemptyset(&some);
	sigaddset(&some, SIGHUP);
	sigaddset(&some, SIGUSR1);
	g_assert_cmpint(sigprocmask(SIG_BLOCK, &some, &before), ==, 0);
	said = joined(NULL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	g_assert_nonnull(strstr(said, "|mask=201|")); /* signals 1 and 10 */
}

/* They are for the program's loader: neither bubblewrap nor the emulator is to obey them. */
static void test_loader_variables(void)
{
	g_autofree gchar *said = NULL;

	g_setenv("LD_PRELOAD", "/x/libm.so:/x/y.so", TRUE);
	g_setenv("LDFLAGS", "-O2", TRUE);
	said = joined(NULL);
	g_unsetenv("LD_PRELOAD");
	g_unsetenv("LDFLAGS");
	g_assert_nonnull(strstr(said, "|-E|LD_PRELOAD=/x/libm.so:/x/y.so|./prog"));
	g_assert_null(strstr(said, "LDFLAGS"));
}

/* QEMU would cut it in two. */
static void test_comma(void)
{
	g_autoptr(GError) error = NULL;

	g_setenv("LD_LIBRARY_PATH", "/x/a,b", TRUE);
	g_assert_null(command(NULL, &error));
	g_unsetenv("LD_LIBRARY_PATH");
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE);
	g_assert_nonnull(strstr(error->message, "LD_LIBRARY_PATH=/x/a,b has a comma"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/pass/words", test_words);
	g_test_add_func("/pass/no-folder-known", test_no_folder_known);
	g_test_add_func("/pass/mask", test_mask);
	g_test_add_func("/pass/loader-variables", test_loader_variables);
	g_test_add_func("/pass/comma", test_comma);
	return g_test_run();
}
