#include "model/outcome.h"

Outcome *outcome_new(const gchar *profile)
{
	Outcome *outcome = g_new0(Outcome, 1);

	outcome->profile = g_strdup(profile);
	outcome->out = g_strdup("");
	outcome->err = g_strdup("");
	return outcome;
}

void outcome_free(Outcome *outcome)
{
	if (!outcome)
		return;
	g_free(outcome->profile);
	g_free(outcome->out);
	g_free(outcome->err);
	g_strfreev(outcome->hwcaps);
	g_strfreev(outcome->masked);
	g_free(outcome->reason);
	g_free(outcome->folder);
	g_free(outcome->core);
	fault_free(outcome->fault);
	g_free(outcome);
}

gboolean outcome_passed(const Outcome *outcome)
{
	return outcome->kind == OUTCOME_EXITED && outcome->code == 0;
}

gchar *outcome_describe(const Outcome *outcome)
{
	switch (outcome->kind) {
	case OUTCOME_EXITED:
		return g_strdup_printf("exit %d", outcome->code);
	case OUTCOME_SIGNALLED:
		return fault_signal_name(outcome->signal);
	case OUTCOME_TIMED_OUT:
		return g_strdup_printf("time-out after %.1f s", outcome->seconds);
	case OUTCOME_SKIPPED:
		return g_strdup_printf("skipped: %s", outcome->reason);
	case OUTCOME_RIG_FAULT:
		return g_strdup_printf("rig fault: %s", outcome->reason);
	}
	g_assert_not_reached();
}
