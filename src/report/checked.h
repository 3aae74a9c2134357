/*
 * checked - what 'a64rig check' found out, as text. Pure: each writer returns a new string, which
 * the caller frees.
 *
 * JSON, schema "a64rig.check/1", with the same rules as report.h: for each target its verdict, its
 * files, each with verdict, reason and finding (as in a64rig.results/1), and the members of a scan
 * (a64rig.scan/1). SARIF: that of all scans.
 */
#ifndef REPORT_CHECKED_H
#define REPORT_CHECKED_H

#include "model/checked.h"

/* colour: ANSI colours; width: columns, 0 for no limit. */
gchar *checked_table(const Checks *checks, gboolean colour, guint width);
gchar *checked_markdown(const Checks *checks);
gchar *checked_json(const Checks *checks);
gchar *checked_sarif(const Checks *checks);

#endif
