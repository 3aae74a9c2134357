/*
 * A program in this process's place, by the real a64rig-pass: how it ends, what it is given, its
 * core, and the signals both ways. In the emulator's place is a script that starts the program as
 * it is; the emulator itself has its turn in tests/e2e/exec.t.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "process.h"
#include "tree.h"
#include "user/pass.h"

/* After -cpu MODEL -L SYSROOT. A shell would change PWD. */
#define EMULATOR "#!/usr/bin/perl\nexec @ARGV[4 .. $#ARGV];\n"

static gchar *self; /* this test's own path */

typedef struct {
	Tree *top;
	gchar *emulator, *launch;
	int core;
	gboolean silent;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	g_autofree gchar *folder = g_path_get_dirname(self);

	fixture->top = tree_new();
	fixture->emulator = tree_write(fixture->top, "emulator", EMULATOR, -1);
	g_assert_cmpint(g_chmod(fixture->emulator, 0755), ==, 0);
	fixture->launch = g_build_filename(folder, "..", "..", "a64rig-pass", NULL);
	fixture->core = memfd_create("core", MFD_CLOEXEC);
}

static void tear_down(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	g_assert_cmpint(chdir("/"), ==, 0);
	close(fixture->core);
	g_free(fixture->launch);
	g_free(fixture->emulator);
	tree_free(fixture->top);
}

static Outcome *start(const Fixture *fixture, const gchar *const *words, GError **error)
{
	static gchar model[] = "cortex-a72", *none[] = {NULL};
	const Profile profile = {.name = model, .model = model};
	const Sandbox sandbox = {.launch = fixture->launch};
	const PassSpec spec = {.sandbox = &sandbox,
			       .emulator = fixture->emulator,
			       .sysroot = "/",
			       .program = words[0],
			       .path = words[0],
			       .args = (gchar *const *)words + 1,
			       .bound = none,
			       .core = fixture->core,
			       .silent = fixture->silent};

	return pass_run(&spec, &profile, error);
}

static Outcome *run(const Fixture *fixture, const gchar *const *words)
{
	g_autoptr(GError) error = NULL;
	Outcome *outcome = start(fixture, words, &error);

	g_assert_no_error(error);
	return outcome;
}

#define WORDS(...)    ((const gchar *[]){__VA_ARGS__, NULL})
#define SHELL(script) WORDS("/bin/sh", "-c", script)

static void assert_exits(const Fixture *fixture, const gchar *const *words, int code)
{
	g_autoptr(Outcome) outcome = run(fixture, words);

	g_assert_cmpint(outcome->kind, ==, OUTCOME_EXITED);
	g_assert_cmpint(outcome->code, ==, code);
	g_assert_null(outcome->core);
}

static void assert_rig_fault(const Fixture *fixture, const gchar *reason)
{
	g_autoptr(Outcome) outcome = run(fixture, SHELL("exit 0"));

	g_assert_cmpint(outcome->kind, ==, OUTCOME_RIG_FAULT);
	g_assert_cmpstr(outcome->reason, ==, reason);
}

static void test_exits(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	assert_exits(fixture, SHELL("exit 0"), 0);
	assert_exits(fixture, SHELL("exit 77"), 77);
	assert_exits(fixture, SHELL("exit 255"), 255);
	/* As a shell tells of a signal: here it is a number like others. */
	assert_exits(fixture, SHELL("exit 132"), 132);
}

static void test_dies(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	static const int numbers[] = {SIGILL, SIGSEGV, SIGTERM, SIGKILL};

	for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
		g_autofree gchar *script = g_strdup_printf("kill -%d $$", numbers[i]);
		g_autoptr(Outcome) outcome = run(fixture, SHELL(script));

		g_assert_cmpint(outcome->kind, ==, OUTCOME_SIGNALLED);
		g_assert_cmpint(outcome->signal, ==, numbers[i]);
	}
}

static void replace(gchar **path, const gchar *by)
{
	g_free(*path);
	*path = g_strdup(by);
}

static void test_no_emulator(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	replace(&fixture->emulator, "/no/such/emulator");
	assert_rig_fault(fixture, "starting the emulator: No such file or directory");
}

static void test_no_launcher(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	g_autoptr(GError) error = NULL;

	replace(&fixture->launch, "/no/such/a64rig-pass");
	g_assert_null(start(fixture, SHELL("exit 0"), &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG);
	g_assert_nonnull(strstr(error->message, "/no/such/a64rig-pass: No such file"));
}

/* As bubblewrap does where it cannot make a sandbox. */
static void test_launcher_says_nothing(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	replace(&fixture->launch, "/bin/false");
	assert_rig_fault(fixture, "the sandbox ended early");
}

static void test_folder_and_mask(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	sigset_t some, before;

	fixture->silent = TRUE;
	g_setenv("PWD", "/by/a link", TRUE);
	assert_exits(fixture, WORDS("/usr/bin/perl", "-e", "exit $ENV{PWD} ne '/by/a link'"), 0);
	g_unsetenv("PWD");
	assert_exits(fixture, WORDS("/usr/bin/perl", "-e", "exit exists $ENV{PWD}"), 0);
	sigemptyset(&some);
	sigaddset(&some, SIGUSR1);
	g_assert_cmpint(sigprocmask(SIG_BLOCK, &some, &before), ==, 0);
	assert_exits(fixture, WORDS("/bin/grep", "SigBlk:.0*200$", "/proc/self/status"), 0);
	sigprocmask(SIG_SETMASK, &before, &some);
	/* This process's own is as it was. */
	g_assert_cmpint(sigismember(&some, SIGUSR1), ==, 1);
	g_assert_cmpint(sigismember(&some, SIGTERM), ==, 0);
}

/* What this process has open stays open, and of the rig's own nothing is added. */
static void test_files(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	int file = dup2(STDERR_FILENO, 77);

	g_assert_cmpint(file, ==, 77);
	assert_exits(fixture, SHELL("[ -e /proc/self/fd/77 ]"), 0);
	close(file);
	assert_exits(fixture, SHELL("[ -e /proc/self/fd/77 ]"), 1);
	assert_exits(fixture,
		     SHELL("for f in /proc/$$/fd/*; do case $(readlink $f) in "
			   "socket:*|anon*|*memfd*) exit 1;; esac; done"),
		     0);
}

static void test_silent(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	fixture->silent = TRUE;
	assert_exits(fixture, SHELL("[ /proc/self/fd/1 -ef /dev/null ]"), 0);
	assert_exits(fixture, SHELL("[ /proc/self/fd/2 -ef /dev/null ]"), 0);
}

/* This test as a program: opens the file as QEMU does for a core (it is after the exact flags that
 * a64rig-pass looks), and writes to it. */
static int write_core(const gchar *path)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	return file < 0 ? 3 : write(file, "a core", 6) != 6;
}

static gchar *core_of(const Fixture *fixture)
{
	gchar text[64] = "";
	ssize_t count = pread(fixture->core, text, sizeof text - 1, 0);

	return g_strndup(text, (gsize)MAX(count, 0));
}

static void test_core(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	g_autofree gchar *path = g_build_filename(fixture->top, "qemu_x.core", NULL);
	g_autoptr(Outcome) outcome = NULL;
	g_autofree gchar *core = NULL;
	g_autofree gchar *named = NULL;

	g_assert_cmpint(write(fixture->core, "of an earlier run", 17), ==, 17);
	g_assert_cmpint(chdir(fixture->top), ==, 0);
	outcome = run(fixture, WORDS(self, "write-core", "qemu_x.core"));
	g_assert_cmpint(outcome->code, ==, 0);
	core = core_of(fixture);
	g_assert_cmpstr(core, ==, "a core");
	named = g_strdup_printf("/proc/self/fd/%d", fixture->core);
	g_assert_cmpstr(outcome->core, ==, named);
	g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

/* A file that the program makes for itself, in the same way, is one. */
static void test_no_core(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	g_autofree gchar *path = g_build_filename(fixture->top, "mine.core", NULL);

	g_assert_cmpint(chdir(fixture->top), ==, 0);
	assert_exits(fixture, WORDS(self, "write-core", "mine.core"), 0);
	g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
}

/* Of a process that the program starts there is none, neither in the folder. */
static void test_core_of_a_child(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	g_autofree gchar *path = g_build_filename(fixture->top, "qemu_x.core", NULL);

	g_assert_cmpint(chdir(fixture->top), ==, 0);
	assert_exits(fixture,
		     WORDS("/bin/sh", "-c", "\"$0\" write-core qemu_x.core; exit $?", self), 3);
	g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

/* The program sends it to the rig, gets it back, and only once: the first would be the last. */
static void test_signals_passed_on(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	g_autofree gchar *rig = g_strdup_printf("%d", (int)getpid());

	assert_exits(fixture,
		     WORDS("/usr/bin/perl", "-e",
			   "$SIG{TERM} = sub { exit 9 }; kill 'TERM', shift; sleep 60; exit 1",
			   rig),
		     9);
}

/* Runs in a process of its own, which ends as the program does. */
static pid_t run_apart(const Fixture *fixture, const gchar *const *words)
{
	pid_t pid = fork();
	Outcome *outcome;

	g_assert_cmpint(pid, >=, 0);
	if (pid)
		return pid;
	outcome = start(fixture, words, NULL);
	_exit(outcome && outcome->kind == OUTCOME_EXITED ? outcome->code : 99);
}

static void test_stops_too(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	pid_t rig = run_apart(fixture, SHELL("kill -STOP $$; exit 5"));
	int status;

	g_assert_cmpint(waitpid(rig, &status, WUNTRACED), ==, rig);
	g_assert_true(WIFSTOPPED(status));
	g_assert_cmpint(WSTOPSIG(status), ==, SIGSTOP);
	g_assert_cmpint(kill(rig, SIGCONT), ==, 0);
	g_assert_cmpint(waitpid(rig, &status, WUNTRACED), ==, rig);
	g_assert_true(WIFEXITED(status));
	g_assert_cmpint(WEXITSTATUS(status), ==, 5);
}

/* Without walls, too, the program does not outlive it. */
static void test_rig_dies(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	gchar said[16] = "";
	int ends[2];
	pid_t rig;

	g_assert_cmpint(pipe(ends), ==, 0);
	g_assert_cmpint(dup2(ends[1], 77), ==, 77);
	rig = run_apart(fixture, WORDS("/bin/bash", "-c", "echo $$ >&77; exec sleep 1000"));
	g_assert_cmpint(read(ends[0], said, sizeof said - 1), >, 1);
	g_assert_cmpint(kill(rig, SIGKILL), ==, 0);
	g_assert_cmpint(waitpid(rig, NULL, 0), ==, rig);
	g_assert_true(process_is_gone(atoi(said)));
	close(ends[0]);
	close(ends[1]);
	close(77);
}

static void test_bad_options(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	static const gchar *const lines[] = {
		"",
		"report=1 core=2 mask=0",
		"report=1 core=2 mask=0 --",
		"report=1 mask=0 -- /bin/true",
		"core=1 mask=0 -- /bin/true",
		"report=1 core=2 mask=x -- /bin/true",
		"report=1 core=2 folder=/ -- /bin/true",
		"report=1 core=99 mask=0 -- /bin/true",
	};

	for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
		g_autofree gchar *line = g_strdup_printf("'%s' %s", fixture->launch, lines[i]);
		g_autofree gchar *said = NULL;
		g_autofree gchar *out = NULL;
		int status;

		g_assert_true(g_spawn_command_line_sync(line, &out, &said, &status, NULL));
		g_assert_cmpint(WEXITSTATUS(status), ==, 2);
		g_assert_nonnull(strstr(said, "usage: a64rig-pass"));
		g_assert_cmpstr(out, ==, "");
	}
}

#define ADD(name, test) g_test_add("/pass-run/" name, Fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
	int status;

	if (argc == 3 && g_str_equal(argv[1], "write-core"))
		return write_core(argv[2]);
	self = g_file_read_link("/proc/self/exe", NULL);
	g_test_init(&argc, &argv, NULL);
	ADD("exits", test_exits);
	ADD("dies", test_dies);
	ADD("no-emulator", test_no_emulator);
	ADD("no-launcher", test_no_launcher);
	ADD("launcher-says-nothing", test_launcher_says_nothing);
	ADD("folder-and-mask", test_folder_and_mask);
	ADD("files", test_files);
	ADD("silent", test_silent);
	ADD("core", test_core);
	ADD("no-core", test_no_core);
	ADD("core-of-a-child", test_core_of_a_child);
	ADD("signals-passed-on", test_signals_passed_on);
	ADD("stops-too", test_stops_too);
	ADD("rig-dies", test_rig_dies);
	ADD("bad-options", test_bad_options);
	status = g_test_run();
	g_free(self);
	return status;
}
