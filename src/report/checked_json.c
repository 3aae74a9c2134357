#include "report/checked.h"
#include "report/json.h"
#include "report/member.h"
#include "report/scan.h"

static void add_file(JsonBuilder *json, const CheckedFile *file)
{
	json_builder_begin_object(json);
	member_string(json, "path", file->path);
	member_string(json, "kind", file->kind);
	member_string(json, "verdict", checked_name(file->verdict));
	member_string(json, "reason", file->reason);
	json_builder_set_member_name(json, "finding");
	if (file->finding)
		json_finding(json, file->finding);
	else
		json_builder_add_null_value(json);
	json_builder_end_object(json);
}

static void add_target(JsonBuilder *json, const Checked *checked)
{
	json_builder_begin_object(json);
	member_string(json, "target", checked->target);
	member_string(json, "package", checked->package);
	member_string(json, "verdict", checked_name(checked->verdict));
	member_string(json, "reason", checked->reason);
	json_builder_set_member_name(json, "checked");
	json_builder_begin_array(json);
	for (guint i = 0; i < checked->files->len; i++)
		add_file(json, g_ptr_array_index(checked->files, i));
	json_builder_end_array(json);
	json_builder_set_member_name(json, "scan");
	json_builder_begin_object(json);
	scan_members(json, checked->scan);
	json_builder_end_object(json);
	json_builder_end_object(json);
}

gchar *checked_json(const Checks *checks)
{
	g_autoptr(JsonBuilder) json = json_builder_new();

	json_builder_begin_object(json);
	member_string(json, "schema", "a64rig.check/1");
	json_rig(json, checks->results);
	member_string(json, "baseline", checks->results->baseline);
	member_string(json, "reference", checks->results->reference);
	member_string(json, "verdict", checked_name(checks_verdict(checks)));
	json_builder_set_member_name(json, "targets");
	json_builder_begin_array(json);
	for (guint i = 0; i < checks->targets->len; i++)
		add_target(json, g_ptr_array_index(checks->targets, i));
	json_builder_end_array(json);
	json_builder_end_object(json);
	return member_text(json, TRUE);
}

/* The files are those of the targets' own scans. */
gchar *checked_sarif(const Checks *checks)
{
	g_autoptr(Scan) all = scan_new(checks->results->baseline);

	g_ptr_array_set_free_func(all->files, NULL);
	for (guint i = 0; i < checks->targets->len; i++) {
		const Checked *checked = g_ptr_array_index(checks->targets, i);

		for (guint k = 0; k < checked->scan->files->len; k++)
			g_ptr_array_add(all->files, g_ptr_array_index(checked->scan->files, k));
	}
	return scan_sarif(all);
}
