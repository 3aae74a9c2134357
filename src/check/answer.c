#include "check/answer.h"

#include <string.h>

#include "report/member.h"
#include "report/text.h"

enum { DIFFERENCES = 12, HASH = 12 };

static const Version *version_of(const Answer *answer, guint number)
{
	return g_ptr_array_index(answer->source->versions, number);
}

/* As a user would call it: a commit by the beginning of its hash. */
static gchar *short_id(const Answer *answer, guint number)
{
	const Version *version = version_of(answer, number);

	return answer->source->head ? g_strndup(version->id, HASH) : text_clean(version->id);
}

/* "1.10.7 (2026-01-02)"; of git with author and subject. */
static gchar *full_id(const Answer *answer, guint number)
{
	const Version *version = version_of(answer, number);
	g_autofree gchar *id = short_id(answer, number);
	g_autofree gchar *author = version->author ? text_clean(version->author) : NULL;
	g_autofree gchar *subject = version->subject ? text_clean(version->subject) : NULL;
	g_autoptr(GString) about = g_string_new(NULL);

	if (version->date)
		g_string_append(about, version->date);
	if (author)
		g_string_append_printf(about, ", %s", author);
	if (subject)
		g_string_append_printf(about, "%s%s", about->len ? ": " : "", subject);
	return about->len ? g_strdup_printf("%s (%s)", id, about->str) : g_steal_pointer(&id);
}

/* --- what differs --- */

static guint count_in(const Judged *judged, const gchar *key)
{
	return judged ? GPOINTER_TO_UINT(g_hash_table_lookup(judged->counts, key)) : 0;
}

static void add_keys(GHashTable *keys, const Judged *judged)
{
	GHashTableIter iter;
	gpointer key;

	if (!judged)
		return;
	g_hash_table_iter_init(&iter, judged->counts);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		g_hash_table_add(keys, key);
}

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const gchar *const *)a, *(const gchar *const *)b);
}

/* "+24 bare FEAT_LSE in mi_malloc", "-1 guarded ...": bare ones come first. */
static GPtrArray *differences(const Answer *answer, const BisectChange *change)
{
	const Judged *old = track_judged(answer->track, change->before);
	const Judged *new = track_judged(answer->track, change->first);
	g_autoptr(GHashTable) keys = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	GHashTableIter iter;
	gpointer key;

	add_keys(keys, old);
	add_keys(keys, new);
	g_hash_table_iter_init(&iter, keys);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		g_ptr_array_add(sorted, key);
	g_ptr_array_sort(sorted, by_text);
	for (guint i = 0; i < sorted->len; i++) {
		const gchar *what = g_ptr_array_index(sorted, i);
		gint more = (gint)count_in(new, what) - (gint)count_in(old, what);

		if (more)
			g_ptr_array_add(lines, g_strdup_printf("%+d %s", more, what));
	}
	return lines;
}

/* --- the table --- */

static void add_differences(Page *page, const Answer *answer, const BisectChange *change)
{
	g_autoptr(GPtrArray) lines = differences(answer, change);

	for (guint i = 0; i < lines->len && i < DIFFERENCES; i++)
		page_row(page, i ? "" : "differs", g_ptr_array_index(lines, i));
	if (lines->len > DIFFERENCES) {
		g_autofree gchar *more =
			g_strdup_printf("and in %u more places", lines->len - DIFFERENCES);

		page_row(page, "", more);
	}
}

static void add_suspects(Page *page, const Answer *answer, const BisectChange *change)
{
	g_autoptr(GString) text = g_string_new("it may be any of ");

	if (!change->suspects)
		return;
	for (guint i = 0; i < change->suspects->len && i < DIFFERENCES; i++) {
		g_autofree gchar *id = short_id(answer, g_array_index(change->suspects, guint, i));

		g_string_append_printf(text, "%s%s", i ? ", " : "", id);
	}
	if (change->suspects->len > DIFFERENCES)
		g_string_append_printf(text, "... (%u)", change->suspects->len);
	g_string_append(text, ": the others cannot be judged");
	page_row(page, "not exact", text->str);
}

static void add_change(Page *page, const Answer *answer, const BisectChange *change)
{
	gboolean bad = change->to == BISECT_BAD;
	const Judged *judged = track_judged(answer->track, bad ? change->first : change->before);
	g_autofree gchar *first = full_id(answer, change->first);
	g_autofree gchar *last = full_id(answer, change->before);

	page_add(page, STYLE_PLAIN, "\n");
	page_add(page, bad ? STYLE_BAD : STYLE_GOOD, bad ? "first bad   " : "good again  ");
	page_add(page, STYLE_BOLD, first);
	page_add(page, STYLE_PLAIN, "\n");
	page_row(page, bad ? "last good" : "last bad", last);
	add_suspects(page, answer, change);
	if (judged && bad) {
		page_row(page, "instruction", judged->instruction);
		page_row(page, "where", judged->where);
		page_row(page, "because", judged->instruction ? NULL : judged->reason);
		page_row(page, "culprit", judged->culprit);
		page_row(page, "way out", judged->advice);
	}
	add_differences(page, answer, change);
}

static guint count_judged(const Answer *answer, BisectVerdict verdict)
{
	guint count = 0;

	for (guint i = 0; i < answer->source->versions->len; i++)
		count += bisect_known(answer->bisect, i) == verdict;
	return count;
}

static void add_head(Page *page, const Answer *answer)
{
	guint good = count_judged(answer, BISECT_GOOD), bad = count_judged(answer, BISECT_BAD);
	guint skipped = count_judged(answer, BISECT_SKIP);
	g_autofree gchar *name = text_clean(answer->source->name);
	g_autofree gchar *counts = g_strdup_printf(
		" on %s: of %u versions %u judged now and %u before: %u good, %u bad, %u "
		"skipped\n",
		answer->baseline, answer->source->versions->len, bisect_tests(answer->bisect),
		answer->known, good, bad, skipped);

	page_add(page, STYLE_BOLD, name);
	page_add(page, STYLE_PLAIN, counts);
	if (answer->repeated) {
		g_autofree gchar *line = g_strdup_printf("  of all repeats %.0f %% agreed\n",
							 100 * bisect_agreement(answer->bisect));

		page_add(page, STYLE_DIM, line);
	}
	if (answer->changes->len)
		return;
	page_add(page, STYLE_PLAIN, "\n");
	page_add(page, good ? STYLE_GOOD : STYLE_BAD,
		 good ? "all that were judged are good\n" : "all that were judged are bad\n");
}

gchar *answer_table(const Answer *answer, gboolean colour, guint width)
{
	Page page = {g_string_new(NULL), colour, width};

	add_head(&page, answer);
	for (guint i = 0; i < answer->changes->len; i++)
		add_change(&page, answer, g_ptr_array_index(answer->changes, i));
	return g_string_free(page.out, FALSE);
}

/* --- JSON --- */

static void add_version_json(JsonBuilder *json, const Answer *answer, guint number)
{
	const Version *version = version_of(answer, number);
	const Judged *judged = track_judged(answer->track, number);

	json_builder_begin_object(json);
	member_string(json, "id", version->id);
	member_string(json, "date", version->date);
	member_string(json, "author", version->author);
	member_string(json, "subject", version->subject);
	member_string(json, "verdict", bisect_name(bisect_known(answer->bisect, number)));
	member_string(json, "reason", judged ? judged->reason : NULL);
	member_string(json, "instruction", judged ? judged->instruction : NULL);
	member_string(json, "where", judged ? judged->where : NULL);
	member_string(json, "culprit", judged ? judged->culprit : NULL);
	member_string(json, "advice", judged ? judged->advice : NULL);
	json_builder_end_object(json);
}

static void add_change_json(JsonBuilder *json, const Answer *answer, const BisectChange *change)
{
	g_autoptr(GPtrArray) lines = differences(answer, change);

	json_builder_begin_object(json);
	member_string(json, "to", bisect_name(change->to));
	member_string(json, "first", version_of(answer, change->first)->id);
	member_string(json, "before", version_of(answer, change->before)->id);
	json_builder_set_member_name(json, "suspects");
	json_builder_begin_array(json);
	for (guint i = 0; change->suspects && i < change->suspects->len; i++)
		json_builder_add_string_value(
			json, version_of(answer, g_array_index(change->suspects, guint, i))->id);
	json_builder_end_array(json);
	json_builder_set_member_name(json, "differs");
	json_builder_begin_array(json);
	for (guint i = 0; i < lines->len; i++)
		json_builder_add_string_value(json, g_ptr_array_index(lines, i));
	json_builder_end_array(json);
	json_builder_end_object(json);
}

gchar *answer_json(const Answer *answer)
{
	g_autoptr(JsonBuilder) json = json_builder_new();

	json_builder_begin_object(json);
	member_string(json, "schema", "a64rig.bisect/1");
	member_string(json, "source", answer->source->name);
	member_string(json, "baseline", answer->baseline);
	member_count(json, "versions", answer->source->versions->len, TRUE);
	member_count(json, "judged_now", bisect_tests(answer->bisect), TRUE);
	member_count(json, "judged_before", answer->known, TRUE);
	json_builder_set_member_name(json, "agreement");
	json_builder_add_double_value(json, bisect_agreement(answer->bisect));
	json_builder_set_member_name(json, "judged");
	json_builder_begin_array(json);
	for (guint i = 0; i < answer->source->versions->len; i++)
		if (bisect_known(answer->bisect, i) != BISECT_UNKNOWN)
			add_version_json(json, answer, i);
	json_builder_end_array(json);
	json_builder_set_member_name(json, "changes");
	json_builder_begin_array(json);
	for (guint i = 0; i < answer->changes->len; i++)
		add_change_json(json, answer, g_ptr_array_index(answer->changes, i));
	json_builder_end_array(json);
	json_builder_end_object(json);
	return member_text(json, TRUE);
}

/* --- git's log --- */

static void add_log(GString *log, const Answer *answer, const gchar *word, guint number)
{
	const Version *version = version_of(answer, number);

	g_string_append_printf(log, "# %s: [%s] %s\ngit bisect %s %s\n", word, version->id,
			       version->subject, word, version->id);
}

gchar *answer_log(const Answer *answer)
{
	GString *log = g_string_new(NULL);

	for (guint i = 0; i < answer->changes->len; i++) {
		const BisectChange *change = g_ptr_array_index(answer->changes, i);
		const Version *first = version_of(answer, change->first);
		gboolean bad = change->to == BISECT_BAD;
		const gchar *new = bad ? "bad" : "fixed", *old = bad ? "good" : "broken";

		g_string_append(log, bad ? "git bisect start\n"
					 : "git bisect start '--term-new=fixed' "
					   "'--term-old=broken'\n");
		add_log(log, answer, new, change->first);
		add_log(log, answer, old, change->before);
		for (guint k = 0; change->suspects && k < change->suspects->len; k++)
			if (g_array_index(change->suspects, guint, k) != change->first)
				add_log(log, answer, "skip",
					g_array_index(change->suspects, guint, k));
		g_string_append_printf(log, "# first %s commit: [%s] %s\n", new, first->id,
				       first->subject);
	}
	return g_string_free(log, FALSE);
}
