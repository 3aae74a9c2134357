/*
 * tail - the last part of a file as text.
 */
#ifndef BASE_TAIL_H
#define BASE_TAIL_H

#include <glib.h>

enum { TAIL_BYTES = 16384 };

/* The last TAIL_BYTES of an open file, from the start of a line, made valid UTF-8. Caller frees. */
gchar *tail_text(int file);

/* Its last line that is not empty; "no reason given" for a text without one. Caller frees. */
gchar *tail_last_line(const gchar *text);

#endif
