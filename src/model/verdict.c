#include "model/verdict.h"

static const gchar *const names[VERDICT_COUNT] = {
	[VERDICT_OK] = "ok",
	[VERDICT_FLAGGED] = "flagged",
	[VERDICT_DIVERGES] = "diverges",
	[VERDICT_INVERTED] = "inverted",
	[VERDICT_BROKEN] = "broken",
	[VERDICT_INCONCLUSIVE] = "inconclusive",
	[VERDICT_FLAKY] = "flaky",
	[VERDICT_SKIPPED] = "skipped",
	[VERDICT_RIG_FAULT] = "rig-fault",
};

const gchar *verdict_name(Verdict verdict)
{
	return verdict < 0 || verdict >= VERDICT_COUNT ? NULL : names[verdict];
}

gboolean verdict_parse(const gchar *word, Verdict *verdict)
{
	for (guint i = 0; i < VERDICT_COUNT; i++)
		if (g_str_equal(word, names[i])) {
			*verdict = (Verdict)i;
			return TRUE;
		}
	return FALSE;
}
