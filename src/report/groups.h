/*
 * groups - findings put together for the table: per subject, per fault, per reason.
 */
#ifndef REPORT_GROUPS_H
#define REPORT_GROUPS_H

#include "model/finding.h"

/* All findings of one subject. */
typedef struct {
	gchar *subject;      /* fit for a terminal */
	GPtrArray *findings; /* of Finding, not owned */
	guint total;
	guint verdicts[VERDICT_COUNT];
	guint unexpected;
} Tally;

/* Array of Tally, in the order of the findings. Caller frees. */
GPtrArray *tallies_new(const Results *results);

/* The one verdict that stands for the subject: ok where there is nothing else but skipped, the only
 * other one, or VERDICT_NONE where there are several. */
Verdict tally_word(const Tally *tally);

/* "ok", "flagged, as expected", "mixed, 3 not as expected". Caller frees. */
gchar *tally_verdict(const Tally *tally);

/* How many findings pass in the extra column of that number. */
guint tally_passes(const Tally *tally, guint column);

typedef enum {
	GROUP_FAULT,   /* flagged or inconclusive, with a fault: same subject, object and offset */
	GROUP_OTHER,   /* the others that are not plainly ok or skipped: same subject and outcomes;
			  of rig faults, same outcomes */
	GROUP_SKIPPED, /* skipped, as may be: same reason */
} GroupKind;

/* Findings that would be told in the same words. */
typedef struct {
	GPtrArray *findings; /* of Finding, not owned; never empty */
	guint total;         /* findings that the subject has in all */
} Group;

/* Array of Group, in the order of the findings. Each finding that is not plainly ok is in exactly
 * one group of one kind. Caller frees. */
GPtrArray *groups_new(const Results *results, GroupKind kind);

/* All findings of a group are, or none is. */
gboolean group_expected(const Group *group);

/* The group's subject, fit for a terminal, or "16 subjects". Caller frees. */
gchar *group_subject(const Group *group);

/* "all 17", "2 of 17: zeroing, fork". Caller frees. */
gchar *group_cases(const Group *group);

#endif
