#include "check/ledger.h"

#include <string.h>

#include "base/error.h"
#include "report/section.h"

#define GROUP  "version"
#define COUNTS "above"

Judged *judged_new(BisectVerdict verdict, const gchar *reason)
{
	Judged *judged = g_new0(Judged, 1);

	judged->verdict = verdict;
	judged->repeat = 1;
	judged->reason = reason ? text_clean(reason) : NULL;
	judged->counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return judged;
}

void judged_free(Judged *judged)
{
	if (!judged)
		return;
	g_free(judged->reason);
	g_free(judged->instruction);
	g_free(judged->where);
	g_free(judged->culprit);
	g_free(judged->advice);
	g_hash_table_unref(judged->counts);
	g_free(judged);
}

/* --- of a check --- */

/* What no symbol names goes by its file. */
static void count_hits(Judged *judged, const CheckedFile *file)
{
	g_autofree gchar *base = g_path_get_basename(file->path);

	for (guint i = 0; i < file->scan->hits->len; i++) {
		const Hit *hit = g_ptr_array_index(file->scan->hits, i);
		g_autofree gchar *function = text_clean(hit->function ? hit->function : base);
		gchar *key = g_strdup_printf("%s %s in %s", hit_class_name(hit->class),
					     hit->feature, function);
		guint count = GPOINTER_TO_UINT(g_hash_table_lookup(judged->counts, key));

		g_hash_table_insert(judged->counts, key, GUINT_TO_POINTER(count + 1));
	}
}

static void take_finding(Judged *judged, const Finding *finding)
{
	const Fault *fault = finding_fault(finding);

	if (!fault || judged->instruction)
		return;
	judged->instruction = section_instruction(fault);
	judged->where = section_where(fault, 0);
	judged->culprit = section_culprit(fault);
	judged->advice = g_strdup(finding->advice);
}

static void take_file(Judged *judged, const Checked *checked, const CheckedFile *file)
{
	count_hits(judged, file);
	if (file->verdict != checked->verdict)
		return;
	if (file->finding && file->verdict == CHECKED_DIES)
		take_finding(judged, file->finding);
	if (!judged->reason && file->reason) {
		g_autofree gchar *reason = g_strdup_printf("%s: %s", file->path, file->reason);

		judged->reason = text_clean(reason);
	}
	if (!judged->culprit && file->verdict == CHECKED_DIES)
		judged->culprit = g_strdup(file->scan->culprit);
}

Judged *judged_of(const Checked *checked)
{
	static const BisectVerdict verdicts[] = {[CHECKED_RUNS] = BISECT_GOOD,
						 [CHECKED_DIES] = BISECT_BAD,
						 [CHECKED_UNCLEAR] = BISECT_SKIP};
	Judged *judged = judged_new(verdicts[checked->verdict], checked->reason);

	for (guint i = 0; i < checked->files->len; i++)
		take_file(judged, checked, g_ptr_array_index(checked->files, i));
	return judged;
}

/* --- files --- */

static gchar *path_of(const gchar *folder, const gchar *id)
{
	g_autofree gchar *name = g_uri_escape_string(id, NULL, FALSE);

	return g_build_filename(folder, name, NULL);
}

static const struct {
	const gchar *key;
	gsize offset;
} texts[] = {
	{"reason", G_STRUCT_OFFSET(Judged, reason)},
	{"instruction", G_STRUCT_OFFSET(Judged, instruction)},
	{"where", G_STRUCT_OFFSET(Judged, where)},
	{"culprit", G_STRUCT_OFFSET(Judged, culprit)},
	{"advice", G_STRUCT_OFFSET(Judged, advice)},
};

static BisectVerdict verdict_of(const gchar *word)
{
	for (BisectVerdict verdict = BISECT_GOOD; verdict <= BISECT_SKIP; verdict++)
		if (g_strcmp0(word, bisect_name(verdict)) == 0)
			return verdict;
	return BISECT_UNKNOWN;
}

/* Functions have names that are no keys: they stand in the values. */
static void read_counts(GKeyFile *file, Judged *judged)
{
	g_auto(GStrv) keys = g_key_file_get_keys(file, COUNTS, NULL, NULL);

	for (guint i = 0; keys && keys[i]; i++) {
		g_autofree gchar *line = g_key_file_get_string(file, COUNTS, keys[i], NULL);
		gchar *space = line ? strchr(line, ' ') : NULL;

		if (space)
			g_hash_table_insert(
				judged->counts, g_strdup(space + 1),
				GUINT_TO_POINTER((guint)g_ascii_strtoull(line, NULL, 10)));
	}
}

Judged *ledger_read(const gchar *folder, const gchar *id)
{
	g_autofree gchar *path = path_of(folder, id);
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autofree gchar *word = NULL;
	Judged *judged;

	if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL))
		return NULL;
	word = g_key_file_get_string(file, GROUP, "verdict", NULL);
	if (verdict_of(word) == BISECT_UNKNOWN)
		return NULL;
	judged = judged_new(verdict_of(word), NULL);
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
		G_STRUCT_MEMBER(gchar *, judged, texts[i].offset) =
			g_key_file_get_string(file, GROUP, texts[i].key, NULL);
	judged->repeat = (guint)g_key_file_get_integer(file, GROUP, "repeat", NULL);
	read_counts(file, judged);
	return judged;
}

gboolean ledger_write(const gchar *folder, const gchar *id, const Judged *judged, GError **error)
{
	g_autofree gchar *path = path_of(folder, id);
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GError) why = NULL;
	GHashTableIter iter;
	gpointer key, count;
	guint number = 0;

	g_key_file_set_string(file, GROUP, "verdict", bisect_name(judged->verdict));
	g_key_file_set_integer(file, GROUP, "repeat", (gint)judged->repeat);
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		const gchar *text = G_STRUCT_MEMBER(gchar *, judged, texts[i].offset);

		if (text)
			g_key_file_set_string(file, GROUP, texts[i].key, text);
	}
	g_hash_table_iter_init(&iter, judged->counts);
	while (g_hash_table_iter_next(&iter, &key, &count)) {
		g_autofree gchar *name = g_strdup_printf("%u", ++number);
		g_autofree gchar *line =
			g_strdup_printf("%u %s", GPOINTER_TO_UINT(count), (gchar *)key);

		g_key_file_set_string(file, COUNTS, name, line);
	}
	if (g_key_file_save_to_file(file, path, &why))
		return TRUE;
	g_set_error_literal(error, A64RIG_ERROR, A64RIG_ERROR_RIG, why->message);
	return FALSE;
}
