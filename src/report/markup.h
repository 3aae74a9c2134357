/*
 * markup - HTML under way, in which all that is put in stays text.
 */
#ifndef REPORT_MARKUP_H
#define REPORT_MARKUP_H

#include <glib.h>

#include "report/groups.h"

/* Appends as printf() does; every string that is put in is escaped, fit for an attribute, too. */
void markup_add(GString *out, const gchar *format, ...) G_GNUC_PRINTF(2, 3);

/* The whole as valid UTF-8 without control characters. Takes the page over; caller frees. */
gchar *markup_finish(GString *out);

/* "good", "bad", "odd", or "dim": the class that says how a verdict looks. */
const gchar *markup_class(Verdict verdict);

/* "✓ ok", "! ✗ flagged" for one that is not as expected. Caller frees. */
gchar *markup_word(const Finding *finding);

/* The fold of a group, with all there is to say of its first finding. Its body has that id. */
void markup_group(GString *out, const Group *group, guint id);

#endif
