/*
 * marks - text that others have written, in markdown.
 */
#ifndef REPORT_MARKS_H
#define REPORT_MARKS_H

#include <glib.h>

/* Appends text that markdown takes as it is: none of its own marks, no HTML, one line. */
void marks_add(GString *out, const gchar *text);

/* Appends lines as they stand, fenced by as many backquotes as they do not have in a row. */
void marks_add_block(GString *out, const gchar *text);

#endif
