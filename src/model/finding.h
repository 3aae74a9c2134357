/*
 * finding - two outcomes of the same case and subject, and the verdict on them.
 */
#ifndef MODEL_FINDING_H
#define MODEL_FINDING_H

#include <glib.h>

#include "model/hit.h"
#include "model/outcome.h"
#include "model/verdict.h"

/* A column beside baseline and reference, asked for with --profiles. */
typedef struct {
	Outcome *outcome;
	Verdict verdict; /* of this outcome against the reference */
} Column;

typedef struct {
	gchar *case_name;
	gchar *subject;
	gchar *package; /* that the subject came from, "npm:NAME@VERSION", or NULL */
	gchar *engine;  /* "user" or "system" */
	Verdict verdict;
	Verdict expected;   /* VERDICT_NONE: nothing was stated, ok is assumed */
	Outcome *baseline;  /* NULL when the finding was skipped before it ran */
	Outcome *reference; /* the same */
	GPtrArray *columns; /* of Column, in the order asked for; never NULL */
	gchar *reason;      /* why skipped, flaky ("flagged 3 of 5, ok 2 of 5") or a rig fault */
	gchar *advice;      /* the way out, one or more lines, or NULL */
	gchar *replay;      /* the one command that repeats just this finding */
	gboolean resumed;   /* TRUE: taken from an earlier run by --resume */
} Finding;

Finding *finding_new(const gchar *case_name, const gchar *subject, const gchar *engine);
void finding_free(Finding *finding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Finding, finding_free)

void column_free(Column *column);

/* The fault to show: the baseline's, or the reference's where only that one died. May be NULL;
 * owned by the finding. */
const Fault *finding_fault(const Finding *finding);

/* TRUE where the verdict is the stated expectation, or ok or skipped where none was stated. */
gboolean finding_as_expected(const Finding *finding);

/* Do both say something of the same case and subject, each on an engine of its own? A rig fault
 * says nothing. */
gboolean finding_comparable(const Finding *a, const Finding *b);

/* Two engines that come to different findings on one case and subject. */
typedef struct {
	gchar *case_name;
	gchar *subject;
	gchar *what;       /* one line: "verdict: user flagged, system ok" */
	gboolean declared; /* TRUE: the suite states different verdicts for the engines */
} Disagreement;

void disagreement_free(Disagreement *disagreement);

/* All findings of one invocation, with what is needed to read them later. */
typedef struct {
	gchar *rig_version; /* a64rig's own */
	gchar *qemu;        /* "qemu-aarch64 7.2.22"; of several engines joined by ", " */
	gchar *host;        /* "x86_64 Linux 6.1.0" */
	gchar *baseline;    /* profile names */
	gchar *reference;
	GPtrArray *profiles; /* of gchar*: the extra columns; never NULL */
	GPtrArray *findings; /* of Finding; those of one case and subject on several engines one
				after the other; never NULL */
	GPtrArray *disagreements; /* of Disagreement; never NULL */
	Scan *audit;              /* what all of them executed above the baseline, or NULL */
	gdouble seconds;          /* wall time of the whole */
	gboolean interrupted;     /* TRUE: ended by a signal before all was run */
} Results;

Results *results_new(void);
void results_free(Results *results);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Results, results_free)

/* Number of findings with this verdict, and of those not as expected. */
guint results_count(const Results *results, Verdict verdict);
guint results_unexpected(const Results *results);

/* Names of the engines that there are findings of, const gchar*, in their order. Caller frees. */
GPtrArray *results_engines(const Results *results);

/* Number of pairs of findings that were compared, and of disagreements that were not declared. */
guint results_compared(const Results *results);
guint results_undeclared(const Results *results);

#endif
