/*
 * documents - a file of results: one text that report_json() made, or several one after the other,
 * as `a64rig exec --record` appends them, a line each.
 */
#ifndef REPORT_DOCUMENTS_H
#define REPORT_DOCUMENTS_H

#include "model/finding.h"

/* Results of each document, in their order. A document without its end, as a full disk or a power
 * cut leaves it, is passed over up to the next line that starts one, and told in notes (of gchar*:
 * "line 8: ..."). A document that is wrong, or a text that holds none that is complete, gives NULL
 * and a usage error with the line. Caller frees. */
GPtrArray *documents_read(const gchar *text, gsize length, GPtrArray *notes, GError **error);

#endif
