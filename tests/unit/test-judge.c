/*
 * Every pair of outcomes to its verdict, and repeats.
 */
#include <signal.h>

#include "judge/judge.h"

enum { PASS, FAIL, ILL, SEGV, LATE, SKIP, RIG, ENDS };

static const struct {
	OutcomeKind kind;
	int code, signal;
} ends[ENDS] = {
	[PASS] = {OUTCOME_EXITED, 0, 0},        [FAIL] = {OUTCOME_EXITED, 1, 0},
	[ILL] = {OUTCOME_SIGNALLED, 0, SIGILL}, [SEGV] = {OUTCOME_SIGNALLED, 0, SIGSEGV},
	[LATE] = {OUTCOME_TIMED_OUT, 0, 0},     [SKIP] = {OUTCOME_SKIPPED, 77, 0},
	[RIG] = {OUTCOME_RIG_FAULT, 0, 0},
};

static Outcome *outcome_of(guint end)
{
	Outcome *outcome = outcome_new("p");

	outcome->kind = ends[end].kind;
	outcome->code = ends[end].code;
	outcome->signal = ends[end].signal;
	return outcome;
}

static Verdict verdict_of(const gchar *word)
{
	Verdict verdict = VERDICT_NONE;

	g_assert_true(verdict_parse(word, &verdict));
	return verdict;
}

/* A row for what the baseline did, a column for the reference. */
static void test_matrix(void)
{
	static const gchar *const want[ENDS] = {
		/*         PASS FAIL ILL SEGV LATE SKIP RIG */
		[PASS] = "ok inverted inverted inverted inverted skipped rig-fault",
		[FAIL] = "diverges broken broken broken broken skipped rig-fault",
		[ILL] = "flagged broken inconclusive broken broken skipped rig-fault",
		[SEGV] = "diverges broken broken broken broken skipped rig-fault",
		[LATE] = "diverges broken broken broken broken skipped rig-fault",
		[SKIP] = "skipped skipped skipped skipped skipped skipped rig-fault",
		[RIG] = "rig-fault rig-fault rig-fault rig-fault rig-fault rig-fault rig-fault",
	};

	for (guint b = 0; b < ENDS; b++) {
		g_auto(GStrv) words = g_strsplit(want[b], " ", -1);

		for (guint r = 0; r < ENDS; r++) {
			g_autoptr(Outcome) baseline = outcome_of(b);
			g_autoptr(Outcome) reference = outcome_of(r);

			if (judge(baseline, reference) != verdict_of(words[r]))
				g_error("row %u, column %u: %s", b, r,
					verdict_name(judge(baseline, reference)));
		}
	}
}

static void test_repeats(void)
{
	static const struct {
		Verdict verdicts[5];
		guint count;
		Verdict verdict;
		const gchar *reason;
	} cases[] = {
		{{VERDICT_OK}, 1, VERDICT_OK, NULL},
		{{VERDICT_FLAGGED, VERDICT_FLAGGED}, 2, VERDICT_FLAGGED, NULL},
		{{VERDICT_OK, VERDICT_FLAGGED, VERDICT_FLAGGED, VERDICT_OK, VERDICT_FLAGGED},
		 5,
		 VERDICT_FLAKY,
		 "ok 2 of 5, flagged 3 of 5"},
		{{VERDICT_SKIPPED, VERDICT_OK}, 2, VERDICT_FLAKY, "ok 1 of 2, skipped 1 of 2"},
		{{VERDICT_OK, VERDICT_RIG_FAULT}, 2, VERDICT_RIG_FAULT, NULL},
		{{VERDICT_RIG_FAULT, VERDICT_RIG_FAULT}, 2, VERDICT_RIG_FAULT, NULL},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree gchar *reason = NULL;

		g_assert_cmpint(judge_repeats(cases[i].verdicts, cases[i].count, &reason), ==,
				cases[i].verdict);
		g_assert_cmpstr(reason, ==, cases[i].reason);
	}
}

static void test_words(void)
{
	for (guint i = 0; i < VERDICT_COUNT; i++) {
		Verdict verdict;

		g_assert_true(verdict_parse(verdict_name((Verdict)i), &verdict));
		g_assert_cmpint(verdict, ==, i);
	}
	g_assert_null(verdict_name(VERDICT_NONE));
	g_assert_false(verdict_parse("", &(Verdict){VERDICT_OK}));
	g_assert_false(verdict_parse("Flagged", &(Verdict){VERDICT_OK}));
}

static void check_expected(Verdict verdict, Verdict expected, gboolean fits)
{
	g_autoptr(Finding) finding = finding_new("c", "s", "user");

	finding->verdict = verdict;
	finding->expected = expected;
	g_assert_cmpint(finding_as_expected(finding), ==, fits);
}

static void test_expected(void)
{
	check_expected(VERDICT_OK, VERDICT_NONE, TRUE);
	check_expected(VERDICT_SKIPPED, VERDICT_NONE, TRUE);
	check_expected(VERDICT_FLAGGED, VERDICT_NONE, FALSE);
	check_expected(VERDICT_RIG_FAULT, VERDICT_NONE, FALSE);
	check_expected(VERDICT_FLAGGED, VERDICT_FLAGGED, TRUE);
	check_expected(VERDICT_OK, VERDICT_FLAGGED, FALSE);
	check_expected(VERDICT_SKIPPED, VERDICT_FLAGGED, FALSE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/judge/matrix", test_matrix);
	g_test_add_func("/judge/repeats", test_repeats);
	g_test_add_func("/judge/words", test_words);
	g_test_add_func("/judge/expected", test_expected);
	return g_test_run();
}
