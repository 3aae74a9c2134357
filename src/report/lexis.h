/*
 * lexis - the words of a JSON text, looked at before it is parsed.
 *
 * json-glib takes more than JSON (comments, assignments, numbers that wrap around), ends a string
 * at a NUL character, and parses what is nested as deeply as the stack goes. What passes here holds
 * none of that.
 */
#ifndef REPORT_LEXIS_H
#define REPORT_LEXIS_H

#include <glib.h>

/* Lists and objects within each other. */
#define LEXIS_DEPTH 32

/* What an error ends with where the text ends within a string. */
#define LEXIS_UNFINISHED "a string without its end"

/* FALSE and a usage error with the line, where line is that of the text's first, where the text is
 * not UTF-8, holds a word that JSON does not have, an escape of NUL or of half a character, a
 * number of more than 18 digits in a row, or lists and objects nested more deeply than LEXIS_DEPTH.
 */
gboolean lexis_check(const gchar *text, guint line, GError **error);

/* The first byte after the list or object that the text starts with; NULL where it does not end, or
 * holds what lexis_check() refuses. */
const gchar *lexis_end(const gchar *text);

/* Line feeds from text to end. */
guint lexis_lines(const gchar *text, const gchar *end);

#endif
