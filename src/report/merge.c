#include "report/merge.h"

static void join_word(gchar **all, const gchar *word)
{
	g_auto(GStrv) words = g_strsplit(*all, ", ", -1);
	g_autofree gchar *before = *all;

	*all = g_strv_contains((const gchar *const *)words, word)
		       ? g_strdup(before)
		       : g_strconcat(before, ", ", word, NULL);
}

/* The word may be such a list itself. */
static void join(gchar **all, const gchar *list)
{
	g_auto(GStrv) words = *all && list ? g_strsplit(list, ", ", -1) : NULL;

	if (!*all)
		*all = g_strdup(list);
	for (guint i = 0; words && words[i]; i++)
		join_word(all, words[i]);
}

static gboolean same_name(gconstpointer a, gconstpointer b)
{
	return !g_strcmp0(a, b);
}

static void join_profiles(GPtrArray *all, const GPtrArray *profiles)
{
	for (guint i = 0; i < profiles->len; i++) {
		gchar *name = g_ptr_array_index(profiles, i);

		if (!g_ptr_array_find_with_equal_func(all, name, same_name, NULL))
			g_ptr_array_add(all, g_strdup(name));
	}
}

static void join_head(Results *whole, const Results *results)
{
	join(&whole->rig_version, results->rig_version);
	join(&whole->qemu, results->qemu);
	join(&whole->host, results->host);
	join(&whole->baseline, results->baseline);
	join(&whole->reference, results->reference);
	join_profiles(whole->profiles, results->profiles);
	whole->seconds += results->seconds;
	whole->interrupted |= results->interrupted;
}

static Column *take_column(GPtrArray *columns, const gchar *profile)
{
	Column *column;

	for (guint i = 0; i < columns->len; i++) {
		column = g_ptr_array_index(columns, i);
		if (!g_strcmp0(column->outcome->profile, profile))
			return g_ptr_array_steal_index(columns, i);
	}
	column = g_new0(Column, 1);
	column->outcome = outcome_new(profile);
	outcome_end(column->outcome, OUTCOME_SKIPPED, g_strdup("not run on it"));
	column->verdict = VERDICT_SKIPPED;
	return column;
}

/* All findings have all columns, in the same order; those that were skipped have none. */
static void align(Finding *finding, const GPtrArray *profiles)
{
	GPtrArray *columns;

	if (!finding->baseline && !finding->reference)
		return;
	columns = g_ptr_array_new_with_free_func((GDestroyNotify)column_free);
	for (guint i = 0; i < profiles->len; i++)
		g_ptr_array_add(columns,
				take_column(finding->columns, g_ptr_array_index(profiles, i)));
	g_ptr_array_unref(finding->columns);
	finding->columns = columns;
}

typedef void (*Visit)(const Results *results, guint file, gpointer data);

static void visit(const MergeFile *files, guint count, Visit visitor, gpointer data)
{
	for (guint f = 0; f < count; f++)
		for (guint i = 0; i < files[f].results->len; i++)
			visitor(g_ptr_array_index(files[f].results, i), f, data);
}

static gchar *key_of(const Finding *finding, const gchar *engine)
{
	return g_strdup_printf("%s\n%s\n%s", finding->case_name, finding->subject, engine);
}

typedef struct {
	GHashTable *files; /* key of a finding to the number of its file, from 1 */
	gboolean clash;
} Clashes;

static void look_for_clashes(const Results *results, guint file, gpointer data)
{
	Clashes *clashes = data;

	for (guint i = 0; i < results->findings->len; i++) {
		const Finding *finding = g_ptr_array_index(results->findings, i);
		gchar *key = key_of(finding, finding->engine);
		guint before = GPOINTER_TO_UINT(g_hash_table_lookup(clashes->files, key));

		clashes->clash |= before && before != file + 1;
		g_hash_table_replace(clashes->files, key, GUINT_TO_POINTER(file + 1));
	}
}

static gboolean clash(const MergeFile *files, guint count)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	Clashes clashes = {seen, FALSE};

	visit(files, count, look_for_clashes, &clashes);
	return clashes.clash;
}

static void label(gchar **subject, const gchar *name)
{
	g_autofree gchar *plain = *subject;

	*subject = plain && *plain ? g_strdup_printf("%s (%s)", plain, name)
				   : g_strdup_printf("(%s)", name);
}

static void label_all(const MergeFile *file)
{
	for (guint r = 0; r < file->results->len; r++) {
		const Results *results = g_ptr_array_index(file->results, r);

		for (guint i = 0; i < results->findings->len; i++) {
			Finding *finding = g_ptr_array_index(results->findings, i);

			label(&finding->subject, file->name);
		}
		for (guint i = 0; i < results->disagreements->len; i++) {
			Disagreement *differ = g_ptr_array_index(results->disagreements, i);

			label(&differ->subject, file->name);
		}
	}
}

/* What says of the same case and subject goes to its bucket. */
typedef struct {
	Results *whole;
	GPtrArray *buckets; /* of GPtrArray of Finding */
	GHashTable *by_key;
} Sorter;

static GPtrArray *bucket_of(Sorter *sorter, const Finding *finding)
{
	gchar *key = key_of(finding, "");
	GPtrArray *bucket = g_hash_table_lookup(sorter->by_key, key);

	if (!bucket) {
		bucket = g_ptr_array_new();
		g_ptr_array_add(sorter->buckets, bucket);
		g_hash_table_insert(sorter->by_key, g_steal_pointer(&key), bucket);
	}
	g_free(key);
	return bucket;
}

static void add(const Results *results, G_GNUC_UNUSED guint file, gpointer data)
{
	Sorter *sorter = data;

	gsize count;
	g_autofree gpointer *findings = NULL;

	join_head(sorter->whole, results);
	findings = g_ptr_array_steal(results->findings, &count);
	for (gsize i = 0; i < count; i++)
		g_ptr_array_add(bucket_of(sorter, findings[i]), findings[i]);
	while (results->disagreements->len)
		g_ptr_array_add(sorter->whole->disagreements,
				g_ptr_array_steal_index(results->disagreements, 0));
}

static void empty(const Sorter *sorter)
{
	for (guint b = 0; b < sorter->buckets->len; b++) {
		const GPtrArray *bucket = g_ptr_array_index(sorter->buckets, b);

		for (guint i = 0; i < bucket->len; i++) {
			align(g_ptr_array_index(bucket, i), sorter->whole->profiles);
			g_ptr_array_add(sorter->whole->findings, g_ptr_array_index(bucket, i));
		}
	}
}

Results *merge_files(const MergeFile *files, guint count)
{
	g_autoptr(GPtrArray) buckets =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	g_autoptr(GHashTable) by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	Sorter sorter = {results_new(), buckets, by_key};
	gboolean apart = clash(files, count);

	for (guint f = 0; f < count; f++)
		if (apart || files[f].labelled)
			label_all(&files[f]);
	visit(files, count, add, &sorter);
	empty(&sorter);
	return sorter.whole;
}
