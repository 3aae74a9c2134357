/*
 * read - results from the text that report_json() (report/report.h) made of them.
 *
 * All that is in the text comes back, so that writing it again gives the same text. The model holds
 * more: what a program wrote is only the last line of standard error here, where it did not pass;
 * paths of this host are not in the text; and of the two outcomes the fault is given to the one
 * that it must have been taken from.
 */
#ifndef REPORT_READ_H
#define REPORT_READ_H

#include <glib.h>

#include "model/finding.h"

/* The results in a text of schema a64rig.results/1. Members that are not known are passed over
 * (later versions add some); a missing or wrongly typed member that is needed, another schema, or
 * text that is no JSON gives NULL and a usage error that names the member's path:
 * "findings[3].fault.pc: expected a string of hexadecimal digits". Where null is allowed, a missing
 * member is null. Caller frees. */
Results *report_read(const gchar *text, GError **error);

/* The same for a text that starts on that line of a file: an error names it. */
Results *report_read_at(const gchar *text, guint line, GError **error);

#endif
