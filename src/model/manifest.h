/*
 * manifest - one YAML file into one struct, through libcyaml, with errors that a person can act on.
 */
#ifndef MODEL_MANIFEST_H
#define MODEL_MANIFEST_H

#include <cyaml/cyaml.h>
#include <glib.h>

/* Reads the file at path as one mapping that schema describes (a CYAML_VALUE_MAPPING with
 * CYAML_FLAG_POINTER). On failure the error (usage) says "FILE:LINE: what is wrong; what was
 * expected", and NULL is returned. Free with manifest_free() and the same schema. */
gpointer manifest_load(const gchar *path, const cyaml_schema_value_t *schema, GError **error);
void manifest_free(const cyaml_schema_value_t *schema, gpointer value);

/* A string of any length, for use in sequences. */
extern const cyaml_schema_value_t manifest_string;

/* Sets error to "FILE: message" as a usage error. For what a schema cannot say. */
void manifest_refuse(GError **error, const gchar *path, const gchar *format, ...)
	G_GNUC_PRINTF(3, 4);

#endif
