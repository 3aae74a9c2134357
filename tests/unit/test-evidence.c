/*
 * Evidence: what a guest says becomes files and an outcome, whatever it says and however it comes.
 */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "sys/evidence.h"
#include "sys/wire.h"
#include "tree.h"

static const Profile plain;

static void test_ends(void)
{
	static const struct {
		const gchar *end, *out;
		OutcomeKind kind;
		int number; /* status or signal */
		const gchar *described;
	} ends[] = {
		{"exited 0 1024", "", OUTCOME_EXITED, 0, "exit 0"},
		{"exited 3 0", "", OUTCOME_EXITED, 3, "exit 3"},
		{"exited 255 9", "", OUTCOME_EXITED, 255, "exit 255"},
		{"exited 77 9", "a\nno SVE\n", OUTCOME_SKIPPED, 77, "skipped: no SVE"},
		{"exited 77 9", "", OUTCOME_SKIPPED, 77, "skipped: no reason given"},
		{"signalled 4 1024", "", OUTCOME_SIGNALLED, 4, "SIGILL"},
		{"signalled 9 0", "", OUTCOME_SIGNALLED, 9, "SIGKILL"},
		{"signalled 99 0", "", OUTCOME_SIGNALLED, 99, "signal 99"},
		{"timed-out", "", OUTCOME_TIMED_OUT, 0, "time-out after 0.0 s"},
		{"out-of-memory", "", OUTCOME_RIG_FAULT, 0,
		 "rig fault: the guest's memory was not enough for the program"},
		{"failed 2 starting the program", "", OUTCOME_RIG_FAULT, 0,
		 "rig fault: in the guest: starting the program: No such file or directory"},
		{"refused no program", "", OUTCOME_RIG_FAULT, 0,
		 "rig fault: the guest's program says 'refused no program'"},
		{"nothing", "", OUTCOME_RIG_FAULT, 0,
		 "rig fault: the guest's program says 'nothing'"},
		{"", "", OUTCOME_RIG_FAULT, 0, "rig fault: the guest's program says ''"},
		{"pong", "", OUTCOME_RIG_FAULT, 0, "rig fault: the guest's program says 'pong'"},
		{"exited", "", OUTCOME_RIG_FAULT, 0,
		 "rig fault: the guest's program says 'exited'"},
		{"exited 0", "", OUTCOME_RIG_FAULT, 0,
		 "rig fault: the guest's program says 'exited 0'"},
		{"exited x 1", "", OUTCOME_RIG_FAULT, 0,
		 "rig fault: the guest's program says 'exited x 1'"},
		{"signalled 9", "", OUTCOME_RIG_FAULT, 0,
		 "rig fault: the guest's program says 'signalled 9'"},
		{"timed-out 1", "", OUTCOME_RIG_FAULT, 0,
		 "rig fault: the guest's program says 'timed-out 1'"},
		{"failed x y", "", OUTCOME_RIG_FAULT, 0,
		 "rig fault: the guest's program says 'failed x y'"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(ends); i++) {
		g_autoptr(Outcome) outcome = outcome_new("p");
		g_autofree gchar *described = NULL;

		g_free(outcome->out);
		outcome->out = g_strdup(ends[i].out);
		evidence_map_end(outcome, ends[i].end);
		described = outcome_describe(outcome);
		g_test_message("%s", ends[i].end);
		g_assert_cmpint(outcome->kind, ==, ends[i].kind);
		g_assert_cmpint(outcome->code + outcome->signal, ==, ends[i].number);
		g_assert_cmpstr(described, ==, ends[i].described);
	}
}

/* A message that a guest makes up does not fill the screen. */
static void test_long_end(void)
{
	g_autoptr(Outcome) outcome = outcome_new("p");
	g_autofree gchar *end = g_strnfill(10000, 'x');

	evidence_map_end(outcome, end);
	g_assert_cmpuint(strlen(outcome->reason), <, 200);
}

static void test_not_preloaded(void)
{
	static const gchar *const ends[] = {"exited 0 1", "exited 77 1", "signalled 11 1"};

	for (guint i = 0; i < G_N_ELEMENTS(ends); i++) {
		g_autoptr(Outcome) outcome = outcome_new("p");

		g_free(outcome->err);
		outcome->err = g_strdup("ERROR: ld.so: object '/rig/subject/x.so' from LD_PRELOAD "
					"cannot be preloaded (wrong ELF class): ignored.\n");
		evidence_map_end(outcome, ends[i]);
		g_assert_cmpint(outcome->kind, ==, OUTCOME_RIG_FAULT);
		g_assert_nonnull(strstr(outcome->reason, "x.so"));
	}
}

static Evidence *evidence_in(const Tree *tree)
{
	g_autoptr(GError) error = NULL;
	Evidence *evidence = evidence_new(tree, &error);

	g_assert_no_error(error);
	return evidence;
}

static void take(Evidence *evidence, const gchar *name, const gchar *text)
{
	g_autoptr(GError) error = NULL;

	g_assert_true(evidence_take(name, (const guint8 *)text, strlen(text), evidence, &error));
	g_assert_no_error(error);
}

static void file_is(const Tree *tree, const gchar *name, const gchar *wanted)
{
	g_autofree gchar *path = g_build_filename(tree, name, NULL);
	g_autofree gchar *text = NULL;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_assert_cmpstr(text, ==, wanted);
}

static const gchar run[] = "hwcaps 9\nfp asimd\nout 4\none\nerr 4\nbad\ncore:7 3\n\177EL"
			   "out 5\n\ntwo\n"
			   "core:7 2\nF!core:7 0\nfuture 1\nxout 0\nend 15\nsignalled 11 42";

/* In the same state wherever it is cut. */
static void test_cut(void)
{
	for (gsize at = 0; at < sizeof run - 1; at++) {
		g_autoptr(Tree) tree = tree_new();
		g_autoptr(Evidence) evidence = evidence_in(tree);
		g_autoptr(Wire) wire = wire_new(evidence_take, evidence);
		g_autoptr(Outcome) outcome = outcome_new("p");
		g_autofree gchar *core = g_build_filename(tree, "core", NULL);
		const guint8 *bytes = (const guint8 *)run;

		g_assert_true(wire_feed(wire, bytes, at, NULL));
		g_assert_true(wire_feed(wire, bytes + at, sizeof run - 1 - at, NULL));
		evidence_conclude(evidence, &plain, outcome);
		file_is(tree, "stdout", "one\n\ntwo\n");
		file_is(tree, "stderr", "bad\n");
		file_is(tree, "core", "\177ELF!");
		g_assert_cmpstr(outcome->out, ==, "one\n\ntwo\n");
		g_assert_cmpstr(outcome->err, ==, "bad\n");
		g_assert_cmpstr(outcome->core, ==, core);
		g_assert_cmpint(outcome->kind, ==, OUTCOME_SIGNALLED);
		g_assert_cmpint(outcome->signal, ==, 11);
		g_assert_cmpstr(outcome->hwcaps[1], ==, "asimd");
	}
}

/* The last is kept, whole, though it is the shorter one. */
static void test_cores(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autoptr(Evidence) evidence = evidence_in(tree);
	g_autoptr(Outcome) outcome = outcome_new("p");

	take(evidence, "core:2", "a long ");
	take(evidence, "core:2", "core");
	take(evidence, "core:2", "");
	take(evidence, "core:3", "second");
	take(evidence, "core:3", "");
	take(evidence, "core:2", "");
	take(evidence, "core:40", "last");
	take(evidence, "core:40", "");
	evidence_conclude(evidence, &plain, outcome);
	file_is(tree, "core", "last");
}

static void test_nothing(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *core = g_build_filename(tree, "core", NULL);
	g_autoptr(Evidence) evidence = evidence_in(tree);
	g_autoptr(Outcome) outcome = outcome_new("p");

	take(evidence, "core:2", "");
	take(evidence, "hwcaps", "\n");
	evidence_conclude(evidence, &plain, outcome);
	g_assert_cmpint(outcome->kind, ==, OUTCOME_RIG_FAULT);
	g_assert_cmpstr(outcome->out, ==, "");
	g_assert_cmpstr(outcome->err, ==, "");
	g_assert_null(outcome->core);
	g_assert_null(outcome->hwcaps);
	g_assert_null(outcome->masked);
	g_assert_false(g_file_test(core, G_FILE_TEST_EXISTS));
	file_is(tree, "stdout", "");
}

static void test_no_text(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autoptr(Evidence) evidence = evidence_in(tree);
	g_autoptr(Outcome) outcome = outcome_new("p");

	take(evidence, "out", "\377\n");
	take(evidence, "hwcaps", "fp \377\n");
	take(evidence, "end", "\377 1\n");
	evidence_conclude(evidence, &plain, outcome);
	g_assert_true(g_utf8_validate(outcome->out, -1, NULL));
	g_assert_true(g_utf8_validate(outcome->hwcaps[1], -1, NULL));
	g_assert_true(g_utf8_validate(outcome->reason, -1, NULL));
}

/* What the kernel gives by itself is not masked; a profile that states nothing masks nothing. */
static void check_masked(const gchar *has, const gchar *says, const gchar *wanted)
{
	g_autoptr(Tree) tree = tree_new();
	g_autoptr(Evidence) evidence = evidence_in(tree);
	g_autoptr(Outcome) outcome = outcome_new("p");
	g_auto(GStrv) hwcaps = g_strsplit(has, " ", -1);
	Profile profile = {.hwcaps = hwcaps, .hwcaps_count = g_strv_length(hwcaps)};
	g_autofree gchar *masked = NULL;

	take(evidence, "hwcaps", says);
	take(evidence, "end", "exited 0 1");
	evidence_conclude(evidence, &profile, outcome);
	masked = outcome->masked ? g_strjoinv(" ", outcome->masked) : NULL;
	g_assert_cmpstr(masked, ==, wanted);
	g_assert_true(outcome_passed(outcome));
}

static void test_masked(void)
{
	check_masked("fp asimd crc32", "fp asimd evtstrm crc32 cpuid\n", NULL);
	check_masked("fp asimd", "fp asimd evtstrm aes crc32 cpuid", "aes crc32");
	check_masked("fp asimd aes", "fp asimd", NULL);
	check_masked("sve", "sve2", "sve2");
	check_masked("", "fp asimd sve", NULL);
}

static void test_unwritable(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *out = g_build_filename(tree, "stdout", NULL);
	g_autofree gchar *core = tree_folder(tree, "core");
	g_autofree gchar *missing = g_build_filename(tree, "missing", NULL);
	g_autoptr(Evidence) evidence = NULL;
	g_autoptr(GError) no_folder = NULL;
	g_autoptr(GError) no_space = NULL;
	g_autoptr(GError) no_core = NULL;

	g_assert_null(evidence_new(missing, &no_folder));
	g_assert_error(no_folder, A64RIG_ERROR, A64RIG_ERROR_RIG);
	g_assert_cmpint(symlink("/dev/full", out), ==, 0);
	evidence = evidence_in(tree);
	g_assert_false(evidence_take("out", (const guint8 *)"x", 1, evidence, &no_space));
	g_assert_error(no_space, A64RIG_ERROR, A64RIG_ERROR_RIG);
	g_assert_false(evidence_take("core:1", (const guint8 *)"x", 1, evidence, &no_core));
	g_assert_nonnull(strstr(no_core->message, core));
}

/* Bytes that this process has written so far; 0 where the kernel does not count them. */
static guint64 written(void)
{
	g_autofree gchar *text = NULL;
	const gchar *count = NULL;

	if (g_file_get_contents("/proc/self/io", &text, NULL, NULL))
		count = strstr(text, "wchar: ");
	return count ? g_ascii_strtoull(count + 7, NULL, 10) : 0;
}

/* Pieces into /dev/null, more than are taken. */
static void check_cap(const gchar *file, const gchar *name, guint64 most)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = g_build_filename(tree, file, NULL);
	g_autofree guint8 *piece = g_malloc0(WIRE_PIECE);
	g_autoptr(Evidence) evidence = NULL;
	guint64 before;

	g_assert_cmpint(symlink("/dev/null", path), ==, 0);
	evidence = evidence_in(tree);
	before = written();
	g_assert_true(evidence_take(name, piece, 1000, evidence, NULL));
	for (guint64 i = 0; i < most / WIRE_PIECE + 3; i++)
		g_assert_true(evidence_take(name, piece, WIRE_PIECE, evidence, NULL));
	g_assert_cmpuint(written() - before, ==, most);
}

static void test_cap(void)
{
	if (!written()) {
		g_test_skip("the kernel does not count what is written");
		return;
	}
	check_cap("stdout", "out", EVIDENCE_OUTPUT);
	check_cap("stderr", "err", EVIDENCE_OUTPUT);
	check_cap("core", "core:1", EVIDENCE_CORE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/evidence/ends", test_ends);
	g_test_add_func("/evidence/long-end", test_long_end);
	g_test_add_func("/evidence/not-preloaded", test_not_preloaded);
	g_test_add_func("/evidence/cut", test_cut);
	g_test_add_func("/evidence/cores", test_cores);
	g_test_add_func("/evidence/nothing", test_nothing);
	g_test_add_func("/evidence/no-text", test_no_text);
	g_test_add_func("/evidence/masked", test_masked);
	g_test_add_func("/evidence/unwritable", test_unwritable);
	g_test_add_func("/evidence/cap", test_cap);
	return g_test_run();
}
