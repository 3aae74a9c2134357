#include "report/member.h"

void member_string(JsonBuilder *json, const gchar *name, const gchar *value)
{
	json_builder_set_member_name(json, name);
	if (value) {
		g_autofree gchar *valid = g_utf8_make_valid(value, -1);

		json_builder_add_string_value(json, valid);
	} else {
		json_builder_add_null_value(json);
	}
}

/* A JSON number is a double to most readers, which holds 53 bits: addresses are strings. */
void member_hex(JsonBuilder *json, const gchar *name, guint64 value)
{
	g_autofree gchar *text = g_strdup_printf("0x%" G_GINT64_MODIFIER "x", value);

	member_string(json, name, text);
}

void member_count(JsonBuilder *json, const gchar *name, guint64 value, gboolean known)
{
	json_builder_set_member_name(json, name);
	if (known)
		json_builder_add_int_value(json, (gint64)value);
	else
		json_builder_add_null_value(json);
}

void member_bool(JsonBuilder *json, const gchar *name, gboolean value)
{
	json_builder_set_member_name(json, name);
	json_builder_add_boolean_value(json, value);
}

/* NULL is null, not an empty list. */
void member_strings(JsonBuilder *json, const gchar *name, gchar *const *values)
{
	json_builder_set_member_name(json, name);
	if (!values) {
		json_builder_add_null_value(json);
		return;
	}
	json_builder_begin_array(json);
	for (; *values; values++) {
		g_autofree gchar *valid = g_utf8_make_valid(*values, -1);

		json_builder_add_string_value(json, valid);
	}
	json_builder_end_array(json);
}

gchar *member_text(JsonBuilder *json, gboolean pretty)
{
	g_autoptr(JsonNode) root = json_builder_get_root(json);
	g_autofree gchar *text = json_to_string(root, pretty);

	return g_strconcat(text, "\n", NULL);
}
