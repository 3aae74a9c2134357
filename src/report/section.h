/*
 * section - a finding in words: what happened, where, and what to do about it.
 *
 * Shared by the writers that speak to people: the table's sections, JUnit's failures.
 */
#ifndef REPORT_SECTION_H
#define REPORT_SECTION_H

#include "model/finding.h"
#include "report/text.h"

typedef enum {
	SECTION_FULL,
	SECTION_BRIEF, /* instruction, place, culprit, way out and replay only */
} SectionSize;

/* The rows on the fault, the way out and the replay: at most that many lines, as far as a shorter
 * backtrace can help it. 0: no limit. */
void section_fault(Page *page, const Finding *finding, SectionSize size, guint lines);

/* The whole of one finding: heading, what each profile did, and the fault. */
void section_finding(Page *page, const Finding *finding);

/* "user and system": the engines that there are findings of. Caller frees. */
gchar *section_engines(const Results *results);

/* The case's name; with " (system)" behind it where findings of several engines must be told apart.
 * Caller frees. */
gchar *section_case(const Results *results, const Finding *finding);

/* "cortex-a72: SIGILL", "max: exit 0"; "not run" for NULL. Caller frees. */
gchar *section_outcome(const Outcome *outcome);

/* What there is to say beside the outcomes: the reason, else the last line of the standard error of
 * the run that failed. NULL where there is nothing. Caller frees. */
gchar *section_detail(const Finding *finding);

/* "flagged", "flagged, as expected", "ok, but flagged was expected". Caller frees. */
gchar *section_verdict(const Finding *finding);
Style section_style(Verdict verdict);

#endif
