/*
 * agree - what two engines found on one case and subject: the same or not. Pure.
 */
#ifndef JUDGE_AGREE_H
#define JUDGE_AGREE_H

#include "model/finding.h"

/* NULL where two findings (finding_comparable()) agree: the same verdict, and the same fault on the
 * baseline. Of a fault that an instruction raised, that is the signal, the instruction, its
 * extension, the file and the place in it, of any other the signal alone. Else what differs, in one
 * line: "verdict: user flagged, system ok". Addresses never count: each run has its own. Caller
 * frees. */
gchar *agree_difference(const Finding *a, const Finding *b);

#endif
