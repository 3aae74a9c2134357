/*
 * member - members of JSON objects, as all of our JSON has them: what is absent is null, addresses
 * are strings, and text from outside is made valid UTF-8.
 */
#ifndef REPORT_MEMBER_H
#define REPORT_MEMBER_H

#include <json-glib/json-glib.h>

void member_string(JsonBuilder *json, const gchar *name, const gchar *value);

/* "0x1f": a JSON number is a double to most readers, which holds 53 bits. */
void member_hex(JsonBuilder *json, const gchar *name, guint64 value);

/* Null where it is not known. */
void member_count(JsonBuilder *json, const gchar *name, guint64 value, gboolean known);
void member_bool(JsonBuilder *json, const gchar *name, gboolean value);

/* NULL is null, not an empty list. */
void member_strings(JsonBuilder *json, const gchar *name, gchar *const *values);

/* All that was built, with a line feed at its end; pretty: over several lines. Caller frees. */
gchar *member_text(JsonBuilder *json, gboolean pretty);

#endif
