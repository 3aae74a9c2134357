/*
 * schema - the words of a64rig.results/1 that its writer and its reader share.
 */
#ifndef REPORT_SCHEMA_H
#define REPORT_SCHEMA_H

#include "model/outcome.h"

#define REPORT_SCHEMA "a64rig.results/1"

/* The word for each kind: "exited", "timed-out"... */
#define REPORT_OUTCOMES (OUTCOME_RIG_FAULT + 1)
extern const gchar *const report_outcomes[REPORT_OUTCOMES];

#endif
