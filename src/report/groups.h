/*
 * groups - findings put together for the table: per subject, per fault, per reason.
 */
#ifndef REPORT_GROUPS_H
#define REPORT_GROUPS_H

#include "model/finding.h"

/* All findings of one subject on one engine. */
typedef struct {
	gchar *subject;      /* fit for a terminal */
	gchar *engine;       /* the same */
	GPtrArray *findings; /* of Finding, not owned */
	guint total;
	guint verdicts[VERDICT_COUNT];
	guint unexpected;
} Tally;

/* Array of Tally, in the order of the findings. Caller frees. */
GPtrArray *tallies_new(const Results *results);

/* The verdict that stands for the subject: rig-fault or flagged where there is one, else ok where
 * there is one. */
Verdict tally_word(const Tally *tally);

/* "ok", "ok, 3 broken, as expected", "flagged, 1 not as expected". Caller frees. */
gchar *tally_verdict(const Tally *tally);

/* How many findings pass in the extra column of that number. */
guint tally_passes(const Tally *tally, guint column);

typedef enum {
	GROUP_FAULT,   /* flagged or inconclusive, with a fault: same subject, object and offset */
	GROUP_OTHER,   /* the others that are not plainly ok or skipped: same subject and outcomes;
			  of rig faults, same outcomes */
	GROUP_KNOWN,   /* of those the ones that were expected: same verdict and case */
	GROUP_SKIPPED, /* skipped, as may be: same reason */
} GroupKind;

/* Findings that would be told in the same words. */
typedef struct {
	GPtrArray *findings;    /* of Finding, not owned; never empty */
	const Results *results; /* the group is of; not owned */
} Group;

/* Array of Group, in the order of the findings. Each finding that is not plainly ok is in exactly
 * one group of one kind, but for GROUP_KNOWN. Caller frees. */
GPtrArray *groups_new(const Results *results, GroupKind kind);

/* All findings of a group are, or none is. */
gboolean group_expected(const Group *group);

/* The group's subject, fit for a terminal, or "16 subjects". Caller frees. */
gchar *group_subject(const Group *group);

/* The engine that alone found it so, where several ran and may have; else NULL. Fit for a terminal.
 * Caller frees. */
gchar *group_engine(const Group *group);

/* "all 17", "all but fork", "9 of 17: zeroing, fork and 7 more"; a case that several engines found
 * so counts once. "34 findings" of several subjects. Caller frees. */
gchar *group_cases(const Group *group);

#endif
