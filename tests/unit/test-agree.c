/*
 * What two engines found: the same, or what differs.
 */
#include <signal.h>

#include "judge/agree.h"

static Finding *finding_of(const gchar *engine, Verdict verdict, int signal)
{
	Finding *finding = finding_new("c", "s", engine);

	finding->verdict = verdict;
	finding->baseline = outcome_new("cortex-a72");
	finding->reference = outcome_new("max");
	if (signal) {
		Fault *fault = fault_new(signal);

		fault->pc = g_str_equal(engine, "user") ? 0x5500801000 : 0xffff9d001000;
		fault->mnemonic = g_strdup("casal");
		fault->feature = g_strdup("FEAT_LSE");
		fault->object = g_strdup("/rig/subject/libx.so");
		fault->offset = 0x1000;
		fault->function = g_strdup("init");
		fault->function_offset = 0x1c;
		finding->baseline->fault = fault;
	}
	return finding;
}

static void check(const Finding *a, const Finding *b, const gchar *wanted)
{
	g_autofree gchar *what = agree_difference(a, b);

	g_assert_cmpstr(what, ==, wanted);
}

static void set(gchar **field, const gchar *value)
{
	g_free(*field);
	*field = g_strdup(value);
}

static void test_verdicts(void)
{
	g_autoptr(Finding) a = finding_of("user", VERDICT_FLAGGED, SIGILL);
	g_autoptr(Finding) b = finding_of("system", VERDICT_OK, 0);
	g_autoptr(Finding) c = finding_of("system", VERDICT_FLAGGED, 0);

	check(a, b, "verdict: user flagged, system ok");
	check(a, c, "signal: user SIGILL, system none");
	check(c, b, "verdict: system flagged, system ok");
	a->verdict = VERDICT_SKIPPED;
	b->verdict = VERDICT_SKIPPED;
	g_clear_pointer(&a->baseline, outcome_free);
	check(a, b, NULL);
}

/* An address is of a run, and a folder of a sandbox. */
static void test_same(void)
{
	g_autoptr(Finding) a = finding_of("user", VERDICT_FLAGGED, SIGILL);
	g_autoptr(Finding) b = finding_of("system", VERDICT_FLAGGED, SIGILL);

	check(a, b, NULL);
	set(&b->baseline->fault->object, "/somewhere/libx.so");
	check(a, b, NULL);
}

static void test_faults(void)
{
	g_autoptr(Finding) a = finding_of("user", VERDICT_FLAGGED, SIGILL);
	g_autoptr(Finding) b = finding_of("system", VERDICT_FLAGGED, SIGILL);
	Fault *fault = b->baseline->fault;

	set(&fault->mnemonic, "ldaddal");
	check(a, b, "instruction: user casal, system ldaddal");
	set(&fault->mnemonic, "casal");
	set(&fault->feature, NULL);
	check(a, b, "extension: user FEAT_LSE, system none");
	set(&fault->feature, "FEAT_LSE");
	fault->offset = 0x1004;
	set(&fault->function, "fini");
	check(a, b, "function: user init, system fini; offset: user 0x1000, system 0x1004");
	set(&fault->object, NULL);
	set(&fault->function, "init");
	check(a, b, "object: user libx.so, system none; offset: user 0x1000, system none");
}

/* Where abort() was called from is not where a fault is; of repeats any may be shown. */
static void test_sent(void)
{
	g_autoptr(Finding) a = finding_of("user", VERDICT_DIVERGES, SIGABRT);
	g_autoptr(Finding) b = finding_of("system", VERDICT_DIVERGES, SIGABRT);

	b->baseline->fault->offset = 0x2000;
	check(a, b, NULL);
	b->baseline->fault->signal = SIGILL;
	check(a, b, "signal: user SIGABRT, system SIGILL");
	a->verdict = VERDICT_FLAKY;
	b->verdict = VERDICT_FLAKY;
	check(a, b, NULL);
}

static void test_comparable(void)
{
	g_autoptr(Finding) a = finding_of("user", VERDICT_OK, 0);
	g_autoptr(Finding) b = finding_of("system", VERDICT_OK, 0);

	g_assert_true(finding_comparable(a, b));
	g_assert_false(finding_comparable(a, a));
	b->verdict = VERDICT_RIG_FAULT;
	g_assert_false(finding_comparable(a, b));
	b->verdict = VERDICT_SKIPPED;
	set(&b->subject, "t");
	g_assert_false(finding_comparable(a, b));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/agree/verdicts", test_verdicts);
	g_test_add_func("/agree/same", test_same);
	g_test_add_func("/agree/faults", test_faults);
	g_test_add_func("/agree/sent", test_sent);
	g_test_add_func("/agree/comparable", test_comparable);
	return g_test_run();
}
