/*
 * neighbour - another version of the same package that runs on the baseline: the proof that the
 * way out is one.
 */
#ifndef JUDGE_NEIGHBOUR_H
#define JUDGE_NEIGHBOUR_H

#include "model/finding.h"

/* Adds a line to the advice of each finding that is flagged and whose package has a version that is
 * ok: of those the first later one, else the last earlier one. subjects (of Subject) are looked at
 * where the findings have none: their manifests say what was seen of them. */
void neighbour_add(GPtrArray *findings, const GPtrArray *subjects);

#endif
