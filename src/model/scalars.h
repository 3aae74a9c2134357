/*
 * scalars - numbers and truths as they are written: libcyaml takes "5m" for 5 and "maybe" for true.
 */
#ifndef MODEL_SCALARS_H
#define MODEL_SCALARS_H

#include <cyaml/cyaml.h>
#include <glib.h>

/* For a text that libcyaml has loaded by this schema: what is wrong with the first scalar that is
 * not what it should be, and its line; NULL where there is none. Caller frees. */
gchar *scalars_complaint(const gchar *text, gsize length, const cyaml_schema_value_t *schema,
			 guint *line);

#endif
