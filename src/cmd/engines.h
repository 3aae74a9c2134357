/*
 * engines - the engines by the words that users have for them, for every command that runs
 * something.
 */
#ifndef CMD_ENGINES_H
#define CMD_ENGINES_H

#include "model/engine.h"
#include "run/request.h"

/* Is it a word for --engine: user, system, both? */
gboolean engines_known(const gchar *word);

/* Does that word mean guests, too, so that an image and libvirt are needed? */
gboolean engines_boot(const gchar *word);

/* Makes the engines of a known word, in the order of their names above: an array that ends with
 * NULL. NULL and error (rig) where one cannot work here. The request must outlive them. */
Engine **engines_new(const gchar *word, const Request *request, GError **error);

guint engines_count(Engine *const *engines);

/* Closes them. */
void engines_free(Engine **engines);

#endif
