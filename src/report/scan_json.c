#include "isa/isa.h"
#include "report/member.h"
#include "report/scan.h"

static void begin(JsonBuilder *json, const gchar *name, gboolean list)
{
	if (name)
		json_builder_set_member_name(json, name);
	if (list)
		json_builder_begin_array(json);
	else
		json_builder_begin_object(json);
}

static void member_word(JsonBuilder *json, const gchar *name, guint32 word)
{
	g_autofree gchar *text = g_strdup_printf("0x%08x", word);

	member_string(json, name, text);
}

static void add_counts(JsonBuilder *json, const gchar *name, const guint64 *counts)
{
	begin(json, name, FALSE);
	for (guint class = 0; class < HIT_CLASSES; class ++)
		member_count(json, hit_class_name(class), counts[class], TRUE);
	json_builder_end_object(json);
}

/* --- our own --- */

static void add_hit(JsonBuilder *json, const Hit *hit)
{
	g_auto(IsaInsn) insn = {0};

	isa_explain(hit->word, &insn, NULL);
	begin(json, NULL, FALSE);
	member_string(json, "class", hit_class_name(hit->class));
	member_string(json, "reason", hit->reason);
	member_string(json, "section", *hit->section ? hit->section : NULL);
	member_hex(json, "addr", hit->addr);
	member_hex(json, "offset", hit->offset);
	member_word(json, "insn", hit->word);
	member_string(json, "mnemonic", insn.mnemonic);
	member_string(json, "operands", insn.operands);
	member_string(json, "feature", hit->feature);
	member_string(json, "arch", hit->arch);
	member_string(json, "function", hit->function);
	member_count(json, "function_offset", hit->function_offset, hit->function != NULL);
	json_builder_end_object(json);
}

static void add_file(JsonBuilder *json, const ScanFile *file, gboolean executed)
{
	begin(json, NULL, FALSE);
	member_string(json, "path", file->path);
	member_count(json, "code", file->code, TRUE);
	member_count(json, "found", file->found, executed);
	add_counts(json, "counts", file->counts);
	member_string(json, "culprit", file->culprit);
	member_string(json, "culprit_evidence", file->culprit_evidence);
	begin(json, "hits", TRUE);
	for (guint i = 0; i < file->hits->len; i++)
		add_hit(json, g_ptr_array_index(file->hits, i));
	json_builder_end_array(json);
	json_builder_end_object(json);
}

static void add_fate(JsonBuilder *json, const Fate *fate)
{
	static const gchar *const kinds[] = {"runs", "cannot tell", "will not run"};

	begin(json, NULL, FALSE);
	member_string(json, "profile", fate->profile);
	member_string(json, "fate", kinds[fate->kind]);
	begin(json, "features", TRUE);
	for (guint i = 0; i < fate->features->len; i++)
		json_builder_add_string_value(json, g_ptr_array_index(fate->features, i));
	json_builder_end_array(json);
	json_builder_end_object(json);
}

void scan_members(JsonBuilder *json, const Scan *scan)
{
	guint64 counts[HIT_CLASSES];

	for (guint class = 0; class < HIT_CLASSES; class ++)
		counts[class] = scan_count(scan, class);
	member_string(json, "baseline", scan->baseline);
	begin(json, "files", TRUE);
	for (guint i = 0; i < scan->files->len; i++)
		add_file(json, g_ptr_array_index(scan->files, i), scan->executed);
	json_builder_end_array(json);
	begin(json, "problems", TRUE);
	for (guint i = 0; i < scan->problems->len; i++) {
		g_autofree gchar *valid =
			g_utf8_make_valid(g_ptr_array_index(scan->problems, i), -1);

		json_builder_add_string_value(json, valid);
	}
	json_builder_end_array(json);
	begin(json, "profiles", TRUE);
	for (guint i = 0; i < scan->fates->len; i++)
		add_fate(json, g_ptr_array_index(scan->fates, i));
	json_builder_end_array(json);
	member_count(json, "passed_over", scan->passed_over, TRUE);
	add_counts(json, "summary", counts);
}

gchar *scan_json(const Scan *scan)
{
	g_autoptr(JsonBuilder) json = json_builder_new();

	json_builder_begin_object(json);
	member_string(json, "schema", "a64rig.scan/1");
	scan_members(json, scan);
	json_builder_end_object(json);
	return member_text(json, TRUE);
}

/* --- SARIF --- */

static void add_text(JsonBuilder *json, const gchar *name, const gchar *text)
{
	begin(json, name, FALSE);
	member_string(json, "text", text);
	json_builder_end_object(json);
}

static void add_rule(JsonBuilder *json, const IsaFeature *feature, const gchar *baseline)
{
	g_autofree gchar *text = g_strdup_printf("An instruction of %s (%s), which %s lacks",
						 feature->feature, feature->arch, baseline);

	begin(json, NULL, FALSE);
	member_string(json, "id", feature->feature);
	add_text(json, "shortDescription", text);
	json_builder_end_object(json);
}

static gboolean is_used(const Scan *scan, const IsaFeature *feature)
{
	for (guint i = 0; i < scan->files->len; i++) {
		const ScanFile *file = g_ptr_array_index(scan->files, i);

		for (guint k = 0; k < file->hits->len; k++)
			if (((const Hit *)g_ptr_array_index(file->hits, k))->feature ==
			    feature->feature)
				return TRUE;
	}
	return FALSE;
}

static void add_tool(JsonBuilder *json, const Scan *scan)
{
	begin(json, "tool", FALSE);
	begin(json, "driver", FALSE);
	member_string(json, "name", "a64rig");
	member_string(json, "version", A64RIG_VERSION);
	begin(json, "rules", TRUE);
	for (const IsaFeature *feature = isa_features(); feature->feature; feature++)
		if (is_used(scan, feature))
			add_rule(json, feature, scan->baseline);
	json_builder_end_array(json);
	json_builder_end_object(json);
	json_builder_end_object(json);
}

/* An URI as RFC 3986 has them: a file in an archive is "x.tgz!/package/x.node". */
static gchar *uri_of(const gchar *path)
{
	g_auto(GStrv) parts = g_strsplit(path, ": ", -1);
	g_autofree gchar *joined = g_strjoinv("!/", parts);

	return g_uri_escape_string(joined, "/!", FALSE);
}

static void add_location(JsonBuilder *json, const ScanFile *file, const Hit *hit)
{
	g_autofree gchar *uri = uri_of(file->path);

	begin(json, "locations", TRUE);
	begin(json, NULL, FALSE);
	begin(json, "physicalLocation", FALSE);
	begin(json, "artifactLocation", FALSE);
	member_string(json, "uri", uri);
	json_builder_end_object(json);
	begin(json, "region", FALSE);
	member_count(json, "byteOffset", hit->offset, TRUE);
	member_count(json, "byteLength", 4, TRUE);
	json_builder_end_object(json);
	json_builder_end_object(json);
	if (hit->function) {
		begin(json, "logicalLocations", TRUE);
		begin(json, NULL, FALSE);
		member_string(json, "name", hit->function);
		member_string(json, "kind", "function");
		json_builder_end_object(json);
		json_builder_end_array(json);
	}
	json_builder_end_object(json);
	json_builder_end_array(json);
}

static void add_result(JsonBuilder *json, const ScanFile *file, const Hit *hit)
{
	g_auto(IsaInsn) insn = {0};
	g_autofree gchar *text = NULL;

	isa_explain(hit->word, &insn, NULL);
	text = g_strdup_printf("%s %s (%s, %s) is %s%s%s", insn.mnemonic ? insn.mnemonic : ".inst",
			       insn.operands ? insn.operands : "", hit->feature, hit->arch,
			       hit_class_name(hit->class), hit->reason ? ": " : "",
			       hit->reason ? hit->reason : "");
	begin(json, NULL, FALSE);
	member_string(json, "ruleId", hit->feature);
	member_string(json, "level", hit->class == HIT_BARE ? "error" : "note");
	add_text(json, "message", text);
	add_location(json, file, hit);
	json_builder_end_object(json);
}

gchar *scan_sarif(const Scan *scan)
{
	g_autoptr(JsonBuilder) json = json_builder_new();

	json_builder_begin_object(json);
	member_string(json, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	member_string(json, "version", "2.1.0");
	begin(json, "runs", TRUE);
	begin(json, NULL, FALSE);
	add_tool(json, scan);
	begin(json, "results", TRUE);
	for (guint i = 0; i < scan->files->len; i++) {
		const ScanFile *file = g_ptr_array_index(scan->files, i);

		for (guint k = 0; k < file->hits->len; k++) {
			const Hit *hit = g_ptr_array_index(file->hits, k);

			if (hit->class != HIT_GUARDED)
				add_result(json, file, hit);
		}
	}
	json_builder_end_array(json);
	json_builder_end_object(json);
	json_builder_end_array(json);
	json_builder_end_object(json);
	return member_text(json, TRUE);
}
