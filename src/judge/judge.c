#include "judge/judge.h"

#include <signal.h>

static gboolean died_of_sigill(const Outcome *outcome)
{
	return outcome->kind == OUTCOME_SIGNALLED && outcome->signal == SIGILL;
}

Verdict judge(const Outcome *baseline, const Outcome *reference)
{
	gboolean passed = outcome_passed(baseline);
	gboolean should = outcome_passed(reference);

	if (baseline->kind == OUTCOME_RIG_FAULT || reference->kind == OUTCOME_RIG_FAULT)
		return VERDICT_RIG_FAULT;
	if (baseline->kind == OUTCOME_SKIPPED || reference->kind == OUTCOME_SKIPPED)
		return VERDICT_SKIPPED;
	if (should)
		return passed                     ? VERDICT_OK
		       : died_of_sigill(baseline) ? VERDICT_FLAGGED
						  : VERDICT_DIVERGES;
	if (passed)
		return VERDICT_INVERTED;
	if (died_of_sigill(baseline) && died_of_sigill(reference))
		return VERDICT_INCONCLUSIVE;
	return VERDICT_BROKEN;
}

Verdict judge_repeats(const Verdict *verdicts, guint count, gchar **reason)
{
	guint seen[VERDICT_COUNT] = {0};
	g_autoptr(GString) text = g_string_new(NULL);

	*reason = NULL;
	for (guint i = 0; i < count; i++)
		seen[verdicts[i]]++;
	if (seen[VERDICT_RIG_FAULT])
		return VERDICT_RIG_FAULT;
	if (seen[verdicts[0]] == count)
		return verdicts[0];
	for (guint v = 0; v < VERDICT_COUNT; v++)
		if (seen[v])
			g_string_append_printf(text, "%s%s %u of %u", text->len ? ", " : "",
					       verdict_name((Verdict)v), seen[v], count);
	*reason = g_string_free(g_steal_pointer(&text), FALSE);
	return VERDICT_FLAKY;
}
