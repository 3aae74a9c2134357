/*
 * child_run on real programs: how they end, what they are given, and what they leave.
 */
#include <dirent.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/error.h"
#include "process.h"

#define SHELL(script) ((const gchar *[]){"/bin/sh", "-c", script, NULL})

static ChildSpec spec_of(const gchar *const *argv)
{
	return (ChildSpec){.argv = argv, .in = -1, .out = -1, .err = -1, .extra = -1};
}

static ChildResult ran(const ChildSpec *spec, GCancellable *cancellable)
{
	g_autoptr(GError) error = NULL;
	ChildResult result;

	child_run(spec, cancellable, &result, &error);
	g_assert_no_error(error);
	return result;
}

static gchar *content(int file)
{
	gchar buffer[4096];
	ssize_t count = pread(file, buffer, sizeof buffer, 0);

	g_assert_cmpint(count, >=, 0);
	return g_strndup(buffer, (gsize)count);
}

static guint open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	guint count = 0;

	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void test_status(void)
{
	ChildSpec spec = spec_of(SHELL("exit 7"));
	ChildResult result = ran(&spec, NULL);

	g_assert_cmpint(result.end, ==, CHILD_ENDED);
	g_assert_true(WIFEXITED(result.status));
	g_assert_cmpint(WEXITSTATUS(result.status), ==, 7);

	spec.argv = SHELL("kill -ILL $$");
	result = ran(&spec, NULL);
	g_assert_cmpint(result.end, ==, CHILD_ENDED);
	g_assert_true(WIFSIGNALED(result.status));
	g_assert_cmpint(WTERMSIG(result.status), ==, SIGILL);
}

static void test_missing(void)
{
	ChildSpec spec = spec_of((const gchar *[]){"/no/such/program", NULL});
	g_autoptr(GError) error = NULL;
	ChildResult result;

	g_assert_false(child_run(&spec, NULL, &result, &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG);
	g_assert_cmpstr(error->message, ==,
			"cannot start '/no/such/program': No such file or directory");
}

static void test_missing_folder(void)
{
	ChildSpec spec = spec_of(SHELL(":"));
	g_autoptr(GError) error = NULL;
	ChildResult result;

	spec.folder = "/no/such/folder";
	g_assert_false(child_run(&spec, NULL, &result, &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG);
}

static void test_folder(void)
{
	ChildSpec spec = spec_of(SHELL("pwd"));
	g_autofree gchar *said = NULL;

	spec.folder = "/usr";
	spec.out = memfd_create("out", MFD_CLOEXEC);
	ran(&spec, NULL);
	said = content(spec.out);
	g_assert_cmpstr(said, ==, "/usr\n");
	close(spec.out);
}

/* Nothing is given: the first three are /dev/null, and there is no fourth. */
static void test_nothing_given(void)
{
	ChildSpec spec = spec_of(SHELL("for n in 0 1 2; do [ /proc/self/fd/$n -ef /dev/null ] || "
				       "exit 1; done; read line; [ ! -e /proc/self/fd/3 ]"));

	g_assert_cmpint(ran(&spec, NULL).status, ==, 0);
}

/* A descriptor that the rig itself was started with is none of the program's business. */
static void test_inherits_nothing_else(void)
{
	ChildSpec spec = spec_of(SHELL("ls /proc/$$/fd"));
	int stray = fcntl(STDERR_FILENO, F_DUPFD, 50);
	g_auto(GStrv) lines = NULL;
	g_autofree gchar *said = NULL;

	spec.out = memfd_create("out", MFD_CLOEXEC);
	spec.extra = memfd_create("extra", MFD_CLOEXEC);
	ran(&spec, NULL);
	said = content(spec.out);
	lines = g_strsplit(said, "\n", -1);
	for (gchar **line = lines; *line; line++)
		g_assert_cmpint(atoi(*line), !=, stray);
	g_assert_true(g_strv_contains((const gchar *const *)lines, "3"));
	close(spec.out);
	close(spec.extra);
	close(stray);
}

/* The group goes, not only its leader; and the leader goes although it ignores SIGTERM. */
static void test_deadline(void)
{
	ChildSpec spec = spec_of(SHELL("trap '' TERM; sleep 1000 & echo $!; wait; sleep 1000"));
	g_autofree gchar *said = NULL;
	ChildResult result;

	spec.deadline = 0.5;
	spec.out = memfd_create("out", MFD_CLOEXEC);
	result = ran(&spec, NULL);
	said = content(spec.out);
	g_assert_cmpint(result.end, ==, CHILD_TIMED_OUT);
	g_assert_true(WIFSIGNALED(result.status));
	g_assert_cmpfloat(result.seconds, >=, 0.5);
	g_assert_cmpint(atoi(said), >, 0);
	g_assert_true(process_is_gone(atoi(said)));
	close(spec.out);
}

static gpointer cancel_when_started(gpointer data)
{
	g_autofree gchar *said = NULL;
	int *file = ((gpointer *)data)[1];

	do {
		g_free(said);
		g_usleep(1000);
		said = content(*file);
	} while (!*said);
	g_cancellable_cancel(((gpointer *)data)[0]);
	return NULL;
}

static void test_cancel(void)
{
	ChildSpec spec = spec_of(SHELL("echo started; exec sleep 1000"));
	g_autoptr(GCancellable) cancellable = g_cancellable_new();
	gpointer data[] = {cancellable, &spec.out};
	GThread *thread;

	spec.out = memfd_create("out", MFD_CLOEXEC);
	thread = g_thread_new("cancel", cancel_when_started, data);
	g_assert_cmpint(ran(&spec, cancellable).end, ==, CHILD_CANCELLED);
	g_thread_join(thread);
	close(spec.out);
}

static void test_cancelled_before(void)
{
	ChildSpec spec = spec_of(SHELL("exec sleep 1000"));
	g_autoptr(GCancellable) cancellable = g_cancellable_new();

	g_cancellable_cancel(cancellable);
	g_assert_cmpint(ran(&spec, cancellable).end, ==, CHILD_CANCELLED);
}

static void check_dies(const gchar *script, int signal)
{
	ChildSpec spec = spec_of(SHELL(script));
	ChildResult result = ran(&spec, NULL);

	g_assert_true(WIFSIGNALED(result.status));
	g_assert_cmpint(WTERMSIG(result.status), ==, signal);
}

/* Signals that the rig ignores or blocks are not the program's. */
static void test_signals_as_new(void)
{
	sigset_t blocked, before;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &blocked, &before);
	check_dies("kill -PIPE $$; exit 0", SIGPIPE);
	check_dies("kill -TERM $$; exit 0", SIGTERM);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	signal(SIGPIPE, SIG_DFL);
}

enum { FILES = 4 };

/* Has each of the four written to its own file, whatever the numbers of those are? */
static void check_order(const int *files)
{
	ChildSpec spec = spec_of(SHELL("cat; echo out; echo err >&2; echo extra >&3"));
	const gchar *const want[] = {"", "in\nout\n", "err\n", "extra\n"};

	g_assert_cmpint(pwrite(files[0], "in\n", 3, 0), ==, 3);
	spec.in = files[0];
	spec.out = files[1];
	spec.err = files[2];
	spec.extra = files[3];
	g_assert_cmpint(ran(&spec, NULL).status, ==, 0);
	for (int i = 1; i < FILES; i++) {
		g_autofree gchar *said = content(files[i]);

		g_assert_cmpstr(said, ==, want[i]);
	}
}

/* In a process of its own, the rig's first descriptors are the child's files in every order: what
 * is put at one place must not be lost from another. */
static void orders(void)
{
	int order[FILES];

	for (int code = 0; code < 256; code++) {
		int seen = 0;

		for (int i = 0; i < FILES; i++) {
			order[i] = code >> (2 * i) & 3;
			seen |= 1 << order[i];
		}
		if (seen != 15)
			continue;
		for (int i = 0; i < FILES; i++) {
			int file = memfd_create("file", 0);

			if (file != i) {
				dup2(file, i);
				close(file);
			}
		}
		check_order(order);
	}
}

static void test_colliding_numbers(void)
{
	if (g_test_subprocess()) {
		orders();
		_exit(0);
	}
	g_test_trap_subprocess(NULL, 0, 0);
	g_test_trap_assert_passed();
}

static gpointer many(gpointer data)
{
	(void)data;
	for (int i = 0; i < 25; i++) {
		int files[FILES];

		for (int f = 0; f < FILES; f++)
			files[f] = memfd_create("file", MFD_CLOEXEC);
		check_order(files);
		for (int f = 0; f < FILES; f++)
			close(files[f]);
	}
	return NULL;
}

static void test_many_at_once(void)
{
	GThread *threads[8];
	guint before = open_descriptors();

	for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("child", many, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
		g_thread_join(threads[i]);
	g_assert_cmpuint(open_descriptors(), ==, before);
}

static void test_no_leaks(void)
{
	ChildSpec spec = spec_of(SHELL(":"));
	ChildSpec slow = spec_of(SHELL("exec sleep 1000"));
	ChildSpec missing = spec_of((const gchar *[]){"/no/such/program", NULL});
	g_autoptr(GCancellable) cancellable = g_cancellable_new();
	ChildResult result;
	guint before;

	slow.deadline = 0.01;
	/* The cancellable makes its descriptor with its first user. */
	ran(&spec, cancellable);
	before = open_descriptors();
	for (int i = 0; i < 10; i++) {
		ran(&spec, cancellable);
		ran(&slow, cancellable);
		g_assert_false(child_run(&missing, cancellable, &result, NULL));
	}
	g_assert_cmpuint(open_descriptors(), ==, before);
}

static void test_output(void)
{
	g_autoptr(GError) error = NULL;
	g_autofree gchar *said = NULL;
	int status;

	said = child_output(SHELL("echo one; echo two >&2; exit 3"), 60, &status, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(said, ==, "one\ntwo");
	g_assert_cmpint(WEXITSTATUS(status), ==, 3);
}

static void test_output_long(void)
{
	g_autofree gchar *said = NULL;
	int status;

	said = child_output(SHELL("head -c 1000000 /dev/zero | tr '\\0' x"), 60, &status, NULL);
	g_assert_cmpuint(strlen(said), ==, 1000000);
}

static void test_output_deadline(void)
{
	g_autoptr(GError) error = NULL;
	int status;

	g_assert_null(child_output((const gchar *[]){"sleep", "1000", NULL}, 0.1, &status, &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG);
	g_clear_error(&error);
	g_assert_null(child_output((const gchar *[]){"no-such-program", NULL}, 1, &status, &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG);
}

/* In our own process group, which outlives it. */
static void test_terminal(void)
{
	g_autofree gchar *script = g_strdup_printf(
		"read -r _ _ _ _ group _ </proc/$$/stat; [ $group = %d ] || exit 1; exec sleep 100",
		(int)getpgrp());
	ChildSpec spec = spec_of(SHELL(script));
	ChildResult result;

	spec.terminal = TRUE;
	spec.deadline = 0.5;
	result = ran(&spec, NULL);
	g_assert_cmpint(result.end, ==, CHILD_TIMED_OUT);
	g_assert_true(WIFSIGNALED(result.status));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/child/status", test_status);
	g_test_add_func("/child/missing-program", test_missing);
	g_test_add_func("/child/missing-folder", test_missing_folder);
	g_test_add_func("/child/folder", test_folder);
	g_test_add_func("/child/nothing-given", test_nothing_given);
	g_test_add_func("/child/inherits-nothing-else", test_inherits_nothing_else);
	g_test_add_func("/child/deadline", test_deadline);
	g_test_add_func("/child/cancel", test_cancel);
	g_test_add_func("/child/cancelled-before", test_cancelled_before);
	g_test_add_func("/child/signals-as-new", test_signals_as_new);
	g_test_add_func("/child/colliding-numbers", test_colliding_numbers);
	g_test_add_func("/child/many-at-once", test_many_at_once);
	g_test_add_func("/child/no-leaks", test_no_leaks);
	g_test_add_func("/child/output", test_output);
	g_test_add_func("/child/output-long", test_output_long);
	g_test_add_func("/child/output-deadline", test_output_deadline);
	g_test_add_func("/child/terminal", test_terminal);
	return g_test_run();
}
