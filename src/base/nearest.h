/*
 * nearest - "did you mean": the known name that a mistyped one is closest to.
 */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <glib.h>

/* The name of the array (of const gchar *) with the smallest edit distance to word, or NULL where
 * none is closer than half of the word's length. Owned by the array. */
const gchar *nearest_name(const gchar *word, const GPtrArray *names);

/* "unknown KIND 'WORD'; did you mean 'NEAREST'?" or, with nothing near, ...; known: a, b, c".
 * Caller frees. */
gchar *nearest_message(const gchar *kind, const gchar *word, const GPtrArray *names);

#endif
