/*
 * scan - what a scan has found, or an audit, as text. Pure: each writer returns a new string.
 *
 * JSON, schema "a64rig.scan/1", with the same rules as report.h; words and addresses are strings.
 * SARIF 2.1.0: a rule for each extension, bare instructions as errors, unknown ones as notes, those
 * that are guarded left out.
 */
#ifndef REPORT_SCAN_H
#define REPORT_SCAN_H

#include <json-glib/json-glib.h>

#include "model/hit.h"
#include "report/text.h"

/* colour: ANSI colours; width: columns, 0 for no limit; all: every instruction, not the first few
 * of each extension. */
gchar *scan_table(const Scan *scan, gboolean colour, guint width, gboolean all);

/* What becomes of the files on each profile: a line for all that meet the same fate. */
void scan_fates(Page *page, const Scan *scan);

gchar *scan_json(const Scan *scan);

/* The members of that object but its schema, for an audit in a document of results. */
void scan_members(JsonBuilder *json, const Scan *scan);

gchar *scan_sarif(const Scan *scan);

#endif
