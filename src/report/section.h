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

/* "passes on both"; NULL for none. Static. */
const gchar *section_meaning(Verdict verdict);

/* "88e0fc22  casal w0, w2, [x1]  (FEAT_LSE, ARMv8.1-A)"; NULL where no instruction raised it.
 * Caller frees. */
gchar *section_instruction(const Fault *fault);

/* "_mi_options_init+0x1c in libmimalloc.so at 0x6208c, build-id 2f5ce1a7b0c9"; a function's name
 * gets room columns, 0 for no limit. Caller frees. */
gchar *section_where(const Fault *fault, guint room);

/* "mimalloc 2.1.9 (symbol mi_version)", or NULL. Caller frees. */
gchar *section_culprit(const Fault *fault);

/* "mi_process_load+0x14", else its address. Caller frees. */
gchar *section_frame(const Frame *frame);

#endif
