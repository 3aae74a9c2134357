/*
 * judge - two outcomes to a verdict. Pure.
 */
#ifndef JUDGE_JUDGE_H
#define JUDGE_JUDGE_H

#include "model/finding.h"

/* The verdict on what happened on the baseline and on the reference; see model/verdict.h. */
Verdict judge(const Outcome *baseline, const Outcome *reference);

/* One verdict for count repeats of the same finding (count > 0): what all agree on, else
 * VERDICT_FLAKY with *reason "flagged 3 of 5, ok 2 of 5"; a rig fault among them decides. *reason
 * is NULL where there is nothing to say; caller frees. */
Verdict judge_repeats(const Verdict *verdicts, guint count, gchar **reason);

#endif
