/*
 * report - results as text. Pure: each writer returns a new string and prints nothing.
 *
 * JSON, schema "a64rig.results/1": what is absent is null, not left out. Addresses, offsets of
 * instructions and instruction words ("pc", "offset", "insn") are strings as "0x7f0012345678",
 * because most readers keep a number as a double, which holds 53 bits. "seconds" and
 * "function_offset" are numbers.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <glib.h>

#include "model/finding.h"

typedef struct {
	const gchar *name;  /* "json" */
	const gchar *about; /* one line for --help */
	/* Results to text that ends with a line feed. colour: ANSI colours (table only);
	 * width: columns of the terminal, 0 for no limit (table only). Caller frees. */
	gchar *(*write)(const Results *results, gboolean colour, guint width);
} ReportFormat;

/* table, markdown, html, json, junit, tap; ended by one whose name is NULL. */
extern const ReportFormat report_formats[];

/* NULL where there is no such format. */
const ReportFormat *report_format(const gchar *name);

gchar *report_table(const Results *results, gboolean colour, guint width);

/* For a pull request: the counts, a table of what is flagged or not as expected, the details of
 * each behind a fold. What passes is counted only. */
gchar *report_markdown(const Results *results, gboolean colour, guint width);

/* One file that needs no other and no script: a matrix of cases by subjects, or where that would be
 * mostly empty a list, each cell a link to the fault. What comes from programs and packages stays
 * text, and the page's policy lets nothing run or load but its own style and script. */
gchar *report_html(const Results *results, gboolean colour, guint width);

gchar *report_json(const Results *results, gboolean colour, guint width);
gchar *report_junit(const Results *results, gboolean colour, guint width);
gchar *report_tap(const Results *results, gboolean colour, guint width);

/* The same as report_json() in one line, without a blank: what a file of JSON lines gets appended.
 * Caller frees. */
gchar *report_json_line(const Results *results);

#endif
