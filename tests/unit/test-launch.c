/*
 * a64rig-launch, the real program: what it reports, the limits it sets, and that nothing outlives
 * it.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "process.h"

/* Built beside the command, two folders above this test. */
static gchar *launch;

#define ARGS(...)     ((const gchar *[]){launch, __VA_ARGS__, NULL})
#define SHELL(script) "--", "/bin/sh", "-c", script

typedef struct {
	ChildResult result;
	gchar *report;
	gchar *said; /* on standard output and error */
} Launched;

static void launched_clear(Launched *launched)
{
	g_free(launched->report);
	g_free(launched->said);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Launched, launched_clear)

static gchar *content(int file)
{
	gchar buffer[4096];
	ssize_t count = pread(file, buffer, sizeof buffer, 0);

	return g_strndup(buffer, (gsize)MAX(count, 0));
}

/* said_to_it: what comes in on the launcher's descriptor. */
static Launched run_told(const gchar *const *argv, gdouble deadline, const gchar *said_to_it)
{
	int ends[2];
	int said = memfd_create("said", MFD_CLOEXEC);
	ChildSpec spec = {.argv = argv, .in = -1, .out = said, .err = said, .deadline = deadline};
	Launched launched = {0};
	gchar report[256] = "";
	g_autoptr(GError) error = NULL;

	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
	spec.extra = ends[1];
	g_assert_cmpint(send(ends[0], said_to_it, strlen(said_to_it), 0), ==,
			(gssize)strlen(said_to_it));
	child_run(&spec, NULL, &launched.result, &error);
	g_assert_no_error(error);
	if (recv(ends[0], report, sizeof report - 1, MSG_DONTWAIT) < 0)
		*report = '\0';
	launched.report = g_strdup(report);
	launched.said = content(said);
	close(ends[0]);
	close(ends[1]);
	close(said);
	return launched;
}

static Launched run(const gchar *const *argv, gdouble deadline)
{
	return run_told(argv, deadline, "");
}

static void check_report(const gchar *const *argv, const gchar *pattern)
{
	g_auto(Launched) launched = run(argv, 0);

	g_assert_cmpint(launched.result.status, ==, 0);
	if (!g_regex_match_simple(pattern, launched.report, 0, 0))
		g_error("it reports '%s', not %s", launched.report, pattern);
}

static void test_reports(void)
{
	check_report(ARGS(SHELL("exit 0")), "^exited 0 [1-9][0-9]*\n$");
	check_report(ARGS(SHELL("exit 255")), "^exited 255 [0-9]+\n$");
	check_report(ARGS(SHELL("kill -ILL $$")), "^signalled 4 [0-9]+\n$");
	check_report(ARGS(SHELL("kill -KILL $$")), "^signalled 9 [0-9]+\n$");
	/* As a handled signal shows itself. */
	check_report(ARGS(SHELL("exit 132")), "^exited 132 [0-9]+\n$");
}

static void test_failures(void)
{
	g_auto(Launched) missing = run(ARGS("--", "/no/such/program"), 0);

	g_assert_true(g_str_has_prefix(missing.report, "failed 2 starting the emulator\n"));
}

static void test_bad_options(void)
{
	static const gchar *const words[] = {"cpu",    "cpu=", "cpu=x",  "cpu=1s",
					     "cpu=-1", "=1",   "cpux=1", "memory=1"};

	for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
		g_auto(Launched) launched = run(ARGS(words[i], SHELL("echo ran")), 0);

		g_assert_cmpint(WEXITSTATUS(launched.result.status), ==, 2);
		g_assert_nonnull(strstr(launched.said, "bad option"));
		g_assert_nonnull(strstr(launched.said, "usage: a64rig-launch"));
		g_assert_cmpstr(launched.report, ==, "");
	}
}

static void test_no_program(void)
{
	g_auto(Launched) nothing = run(ARGS("cpu=1"), 0);
	g_auto(Launched) dashes = run(ARGS("--"), 0);

	g_assert_cmpint(WEXITSTATUS(nothing.result.status), ==, 2);
	g_assert_cmpint(WEXITSTATUS(dashes.result.status), ==, 2);
}

static void test_limits(void)
{
	g_auto(Launched) launched =
		run(ARGS("address-space=512", "cpu=100", "file=3", "core=2", "processes=900",
			 SHELL("cat /proc/self/limits; cat /proc/self/coredump_filter")),
		    0);
	static const gchar *const lines[] = {"Max address space +536870912 +536870912 ",
					     "Max cpu time +100 +105 ",
					     "Max file size +3145728 +3145728 ",
					     "Max core file size +2097152 +2097152 ",
					     "Max processes +900 +900 ",
					     "\n00000000\n"};

	for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
		if (!g_regex_match_simple(lines[i], launched.said, 0, 0))
			g_error("no %s in %s", lines[i], launched.said);
}

/* Even with no time left the program may say so: SIGXCPU comes first. */
static void test_cpu_limit(void)
{
	check_report(ARGS("cpu=1", SHELL("while :; do :; done")), "^signalled 24 ");
}

static void test_user(void)
{
	g_auto(Launched) launched = {0};

	if (geteuid() != 0) {
		g_test_skip("only root can become another user");
		return;
	}
	launched = run(ARGS("user=65534", "group=65534", SHELL("id -u; id -g; id -G")), 0);
	g_assert_cmpstr(launched.said, ==, "65534\n65534\n65534\n");
}

/* The program cannot write its own report. */
static void test_report_is_not_inherited(void)
{
	g_auto(Launched) launched = run(ARGS(SHELL("[ ! -e /proc/self/fd/3 ]")), 0);

	g_assert_true(g_str_has_prefix(launched.report, "exited 0 "));
}

static void test_signals_as_given(void)
{
	g_auto(Launched) launched = run(ARGS("--", "grep", "SigBlk", "/proc/self/status"), 0);

	g_assert_cmpstr(launched.said, ==, "SigBlk:\t0000000000000000\n");
}

/* Leaves the group, the session and its parent, then prints its number. */
#define DAEMON "setsid sh -c 'sleep 1000 & echo $!' & wait; "

static void check_swept(const gchar *script, gdouble deadline, ChildEnd end)
{
	g_auto(Launched) launched = run(ARGS("sweep=1", SHELL(script)), deadline);
	pid_t daemon = atoi(launched.said);

	g_assert_cmpint(launched.result.end, ==, end);
	g_assert_cmpint(daemon, >, 1);
	g_assert_true(process_is_gone(daemon));
}

static void test_sweep(void)
{
	check_swept(DAEMON "exit 0", 0, CHILD_ENDED);
}

static void test_sweep_at_deadline(void)
{
	check_swept(DAEMON "sleep 1000", 1, CHILD_TIMED_OUT);
}

/* The other end of its descriptor 3 is the rig's life. */
static void test_rig_dies(void)
{
	int ends[2];
	pid_t pid;
	int status;

	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
	pid = fork();
	if (!pid) {
		dup2(ends[1], 3);
		fcntl(3, F_SETFD, 0);
		execl(launch, launch, "sweep=1", "--", "sleep", "1000", NULL);
		_exit(127);
	}
	close(ends[1]);
	close(ends[0]);
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	g_assert_true(WIFEXITED(status));
	g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}

/* The program gets what the rig sends, and the launcher lives on. */
static void test_signals_passed_on(void)
{
	const gchar waiting[] = {SIGWINCH, SIGTERM, 0};
	g_auto(Launched) launched = run_told(ARGS(SHELL("exec sleep 100")), 50, waiting);

	g_assert_cmpint(launched.result.end, ==, CHILD_ENDED);
	g_assert_true(g_str_has_prefix(launched.report, "signalled 15 "));
}

int main(int argc, char **argv)
{
	g_autofree gchar *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree gchar *folder = g_path_get_dirname(self);
	int status;

	g_test_init(&argc, &argv, NULL);
	launch = g_build_filename(folder, "..", "..", "a64rig-launch", NULL);
	g_test_add_func("/launch/reports", test_reports);
	g_test_add_func("/launch/failures", test_failures);
	g_test_add_func("/launch/bad-options", test_bad_options);
	g_test_add_func("/launch/no-program", test_no_program);
	g_test_add_func("/launch/limits", test_limits);
	g_test_add_func("/launch/cpu-limit", test_cpu_limit);
	g_test_add_func("/launch/user", test_user);
	g_test_add_func("/launch/report-is-not-inherited", test_report_is_not_inherited);
	g_test_add_func("/launch/signals-as-given", test_signals_as_given);
	g_test_add_func("/launch/signals-passed-on", test_signals_passed_on);
	g_test_add_func("/launch/sweep", test_sweep);
	g_test_add_func("/launch/sweep-at-deadline", test_sweep_at_deadline);
	g_test_add_func("/launch/rig-dies", test_rig_dies);
	status = g_test_run();
	g_free(launch);
	return status;
}
