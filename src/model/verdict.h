/*
 * verdict - the words for what two outcomes mean together.
 */
#ifndef MODEL_VERDICT_H
#define MODEL_VERDICT_H

#include <glib.h>

typedef enum {
	VERDICT_NONE = -1,
	VERDICT_OK,           /* passes on both */
	VERDICT_FLAGGED,      /* passes on the reference, SIGILL on the baseline */
	VERDICT_DIVERGES,     /* passes on the reference, fails on the baseline in another way */
	VERDICT_INVERTED,     /* fails on the reference only */
	VERDICT_BROKEN,       /* fails on both */
	VERDICT_INCONCLUSIVE, /* SIGILL on both: an emulator's gap or a deliberate trap */
	VERDICT_FLAKY,        /* repeats disagree */
	VERDICT_SKIPPED,      /* not run, with the reason */
	VERDICT_RIG_FAULT,    /* the rig or the emulator failed: says nothing about the subject */
	VERDICT_COUNT
} Verdict;

/* "ok", "flagged"... "rig-fault"; NULL for VERDICT_NONE. Static. */
const gchar *verdict_name(Verdict verdict);

/* FALSE where the word is none of the verdicts. */
gboolean verdict_parse(const gchar *word, Verdict *verdict);

#endif
