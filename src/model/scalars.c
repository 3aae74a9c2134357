#include "model/scalars.h"

#include <string.h>
#include <yaml.h>

static const gchar *text_of(const yaml_node_t *node)
{
	return (const gchar *)node->data.scalar.value;
}

static gboolean is_number(const gchar *text)
{
	return *text && !text[strspn(text, "0123456789")] && (*text != '0' || !text[1]);
}

static gboolean is_truth(const gchar *text)
{
	return g_str_equal(text, "true") || g_str_equal(text, "false");
}

static const cyaml_schema_value_t *field_of(const cyaml_schema_value_t *schema, const gchar *key)
{
	const cyaml_schema_field_t *field = schema->mapping.fields;

	while (field->key && !g_str_equal(field->key, key))
		field++;
	return field->key ? &field->value : NULL;
}

/* What the scalar should be; NULL where it is. */
static const gchar *scalar_wants(const gchar *text, const cyaml_schema_value_t *schema)
{
	if (schema->type == CYAML_UINT && !is_number(text))
		return "a whole number";
	if (schema->type == CYAML_BOOL && !is_truth(text))
		return "true or false";
	return NULL;
}

static gchar *complaint(yaml_document_t *document, int index, const cyaml_schema_value_t *schema,
			guint *line);

static gchar *in_sequence(yaml_document_t *document, const yaml_node_t *node,
			  const cyaml_schema_value_t *entry, guint *line)
{
	gchar *found = NULL;

	for (const yaml_node_item_t *item = node->data.sequence.items.start;
	     !found && item < node->data.sequence.items.top; item++)
		found = complaint(document, *item, entry, line);
	return found;
}

static gchar *in_mapping(yaml_document_t *document, const yaml_node_t *node,
			 const cyaml_schema_value_t *schema, guint *line)
{
	gchar *found = NULL;

	for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     !found && pair < node->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = yaml_document_get_node(document, pair->key);
		const cyaml_schema_value_t *value = field_of(schema, text_of(key));

		if (value)
			found = complaint(document, pair->value, value, line);
		if (found) {
			g_autofree gchar *rest = found;

			found = g_strdup_printf("%s: %s", text_of(key), rest);
		}
	}
	return found;
}

static gchar *complaint(yaml_document_t *document, int index, const cyaml_schema_value_t *schema,
			guint *line)
{
	const yaml_node_t *node = yaml_document_get_node(document, index);
	const gchar *wants;

	if (schema->type == CYAML_SEQUENCE)
		return in_sequence(document, node, schema->sequence.entry, line);
	if (schema->type == CYAML_MAPPING)
		return in_mapping(document, node, schema, line);
	wants = scalar_wants(text_of(node), schema);
	if (!wants)
		return NULL;
	*line = (guint)node->start_mark.line + 1;
	return g_strdup_printf("'%s' is not %s", text_of(node), wants);
}

gchar *scalars_complaint(const gchar *text, gsize length, const cyaml_schema_value_t *schema,
			 guint *line)
{
	yaml_parser_t parser;
	yaml_document_t document;
	gchar *found = NULL;

	yaml_parser_initialize(&parser);
	yaml_parser_set_input_string(&parser, (const guchar *)text, length);
	if (yaml_parser_load(&parser, &document)) {
		if (yaml_document_get_root_node(&document))
			found = complaint(&document, 1, schema, line);
		yaml_document_delete(&document);
	}
	yaml_parser_delete(&parser);
	return found;
}
