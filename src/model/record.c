#include "model/record.h"

#include <string.h>

#include "model/manifest.h"

static const cyaml_schema_field_t part_fields[] = {
	CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, RecordPart, name, 1, CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("sha256", CYAML_FLAG_POINTER, RecordPart, sha256, 64, 64),
	CYAML_FIELD_STRING_PTR("stamp", CYAML_FLAG_POINTER, RecordPart, stamp, 1, CYAML_UNLIMITED),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t part = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, RecordPart, part_fields),
};

static const cyaml_schema_field_t fields[] = {
	CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, Record, name, 1, CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("release", CYAML_FLAG_POINTER, Record, release, 1, CYAML_UNLIMITED),
	CYAML_FIELD_UINT("page", CYAML_FLAG_DEFAULT, Record, page),
	CYAML_FIELD_STRING_PTR("disk_inputs", CYAML_FLAG_POINTER, Record, disk_inputs, 64, 64),
	CYAML_FIELD_STRING_PTR("initrd_inputs", CYAML_FLAG_POINTER, Record, initrd_inputs, 64, 64),
	CYAML_FIELD_SEQUENCE("parts", CYAML_FLAG_POINTER, Record, parts, &part, 1, 64),
	CYAML_FIELD_SEQUENCE("packages", CYAML_FLAG_POINTER, Record, packages, &manifest_string, 0,
			     CYAML_UNLIMITED),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, Record, fields),
};

Record *record_load(const gchar *path, GError **error)
{
	return manifest_load(path, &schema, error);
}

void record_free(Record *record)
{
	manifest_free(&schema, record);
}

/* All values are plain words without quotes and control characters. */
static gchar *to_yaml(const Record *record)
{
	GString *text =
		g_string_new("# Written by a64rig; what is changed here counts as damage.\n");

	g_string_append_printf(text,
			       "name: \"%s\"\nrelease: \"%s\"\npage: %u\n"
			       "disk_inputs: \"%s\"\ninitrd_inputs: \"%s\"\nparts:\n",
			       record->name, record->release, record->page, record->disk_inputs,
			       record->initrd_inputs);
	for (guint i = 0; i < record->parts_count; i++)
		g_string_append_printf(
			text, "  - name: \"%s\"\n    sha256: \"%s\"\n    stamp: \"%s\"\n",
			record->parts[i].name, record->parts[i].sha256, record->parts[i].stamp);
	g_string_append(text, record->packages_count ? "packages:\n" : "packages: []\n");
	for (guint i = 0; i < record->packages_count; i++)
		g_string_append_printf(text, "  - \"%s\"\n", record->packages[i]);
	return g_string_free(text, FALSE);
}

gboolean record_save(const Record *record, const gchar *path, GError **error)
{
	g_autofree gchar *text = to_yaml(record);

	return g_file_set_contents_full(path, text, (gssize)strlen(text),
					G_FILE_SET_CONTENTS_CONSISTENT, 0644, error);
}

RecordPart *record_part(const Record *record, const gchar *name)
{
	for (guint i = 0; i < record->parts_count; i++)
		if (g_str_equal(record->parts[i].name, name))
			return &record->parts[i];
	return NULL;
}

void record_put(Record *record, const gchar *name, const gchar *sha256, const gchar *stamp)
{
	RecordPart *known = record_part(record, name);

	if (!known) {
		record->parts = g_renew(RecordPart, record->parts, record->parts_count + 1);
		known = &record->parts[record->parts_count++];
		*known = (RecordPart){.name = g_strdup(name)};
	}
	g_free(known->sha256);
	g_free(known->stamp);
	known->sha256 = g_strdup(sha256);
	known->stamp = g_strdup(stamp);
}
