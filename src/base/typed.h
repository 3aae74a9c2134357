/*
 * typed - words as somebody would type them in a shell.
 */
#ifndef BASE_TYPED_H
#define BASE_TYPED_H

#include <glib.h>

/* The words between blanks, quoted where a shell would take them for something else. Caller frees.
 */
gchar *as_typed(const gchar *const *words);

#endif
