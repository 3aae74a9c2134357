#include "model/outcome.h"

#include <string.h>

#include "base/tail.h"

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
	g_free(outcome->trace);
	g_clear_pointer(&outcome->executed, g_ptr_array_unref);
	fault_free(outcome->fault);
	g_free(outcome);
}

void outcome_expect_output(Outcome *outcome, const gchar *output)
{
	g_autofree gchar *line = NULL;

	if (!output || !outcome_passed(outcome) || strstr(outcome->out, output))
		return;
	line = tail_last_line(outcome->out);
	outcome_end(outcome, OUTCOME_WRONG,
		    g_strdup_printf("printed '%.80s', expected '%s'", line, output));
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
	case OUTCOME_WRONG:
		return g_strdup("wrong output");
	case OUTCOME_TIMED_OUT:
		return g_strdup_printf("time-out after %.1f s", outcome->seconds);
	case OUTCOME_SKIPPED:
		return g_strdup_printf("skipped: %s", outcome->reason);
	case OUTCOME_RIG_FAULT:
		return g_strdup_printf("rig fault: %s", outcome->reason);
	}
	g_assert_not_reached();
}

void outcome_end(Outcome *outcome, OutcomeKind kind, gchar *reason)
{
	outcome->kind = kind;
	g_free(outcome->reason);
	outcome->reason = reason;
}

void outcome_exited(Outcome *outcome, int code)
{
	gboolean skipped = code == OUTCOME_EXIT_SKIP;

	outcome->code = code;
	outcome_end(outcome, skipped ? OUTCOME_SKIPPED : OUTCOME_EXITED,
		    skipped ? tail_last_line(outcome->out) : NULL);
}

gchar *outcome_preload_complaint(const Outcome *outcome)
{
	g_auto(GStrv) lines = g_strsplit(outcome->err, "\n", -1);

	for (gchar **line = lines; *line; line++)
		if (strstr(*line, "from LD_PRELOAD cannot be preloaded"))
			return g_strdup_printf("the subject was not loaded: %s", *line);
	return NULL;
}
