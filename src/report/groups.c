#include "report/groups.h"

#include "report/section.h"
#include "report/text.h"

#define NAMES_MOST    6 /* names of cases that are worth reading one after the other */
#define LEFT_OUT_MOST 3

static void tally_free(Tally *tally)
{
	g_free(tally->subject);
	g_free(tally->engine);
	g_ptr_array_unref(tally->findings);
	g_free(tally);
}

static Tally *tally_of(GPtrArray *tallies, GHashTable *by_name, const Finding *finding)
{
	const gchar *subject = finding->subject ? finding->subject : "?";
	const gchar *engine = finding->engine ? finding->engine : "?";
	g_autofree gchar *key = g_strdup_printf("%s\n%s", engine, subject);
	Tally *tally = g_hash_table_lookup(by_name, key);

	if (tally)
		return tally;
	tally = g_new0(Tally, 1);
	tally->subject = text_clean(subject);
	tally->engine = text_clean(engine);
	tally->findings = g_ptr_array_new();
	g_ptr_array_add(tallies, tally);
	g_hash_table_insert(by_name, g_steal_pointer(&key), tally);
	return tally;
}

GPtrArray *tallies_new(const Results *results)
{
	GPtrArray *tallies = g_ptr_array_new_with_free_func((GDestroyNotify)tally_free);
	g_autoptr(GHashTable) by_name =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < results->findings->len; i++) {
		Finding *finding = g_ptr_array_index(results->findings, i);
		Tally *tally = tally_of(tallies, by_name, finding);

		g_ptr_array_add(tally->findings, finding);
		tally->total++;
		if (finding->verdict != VERDICT_NONE)
			tally->verdicts[finding->verdict]++;
		tally->unexpected += !finding_as_expected(finding);
	}
	return tallies;
}

/* The word for what a user asks first: is it flagged, is it ok? */
Verdict tally_word(const Tally *tally)
{
	static const Verdict first[] = {VERDICT_RIG_FAULT, VERDICT_FLAGGED, VERDICT_OK};

	for (guint i = 0; i < G_N_ELEMENTS(first); i++)
		if (tally->verdicts[first[i]])
			return first[i];
	for (int verdict = 0; verdict < VERDICT_COUNT; verdict++)
		if (tally->verdicts[verdict])
			return (Verdict)verdict;
	return VERDICT_NONE;
}

/* "3 broken", or "5 other" of several kinds; NULL where all have the one verdict, or are ok. */
static gchar *tally_others(const Tally *tally, Verdict word)
{
	guint kinds = 0, count = 0;
	const gchar *name = NULL;

	for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
		if (!tally->verdicts[verdict] || verdict == (int)word || verdict == VERDICT_OK)
			continue;
		kinds++;
		count += tally->verdicts[verdict];
		name = verdict_name((Verdict)verdict);
	}
	return kinds ? g_strdup_printf("%u %s", count, kinds > 1 ? "other" : name) : NULL;
}

gchar *tally_verdict(const Tally *tally)
{
	Verdict word = tally_word(tally);
	const gchar *name = word == VERDICT_NONE ? "none" : verdict_name(word);
	g_autofree gchar *others = tally_others(tally, word);
	guint plain = tally->verdicts[VERDICT_OK] + tally->verdicts[VERDICT_SKIPPED];

	if (tally->unexpected)
		return g_strdup_printf("%s, %u not as expected",
				       word == VERDICT_OK && others ? "mixed" : name,
				       tally->unexpected);
	return g_strconcat(name, others ? ", " : "", others ? others : "",
			   plain < tally->total ? ", as expected" : "", NULL);
}

guint tally_passes(const Tally *tally, guint column)
{
	guint passes = 0;

	for (guint i = 0; i < tally->findings->len; i++) {
		const Finding *finding = g_ptr_array_index(tally->findings, i);
		const Column *extra = column < finding->columns->len
					      ? g_ptr_array_index(finding->columns, column)
					      : NULL;

		passes += extra && extra->outcome && outcome_passed(extra->outcome);
	}
	return passes;
}

static void group_free(Group *group)
{
	g_ptr_array_unref(group->findings);
	g_free(group);
}

static gboolean has_fault_section(const Finding *finding)
{
	return finding_fault(finding) &&
	       (finding->verdict == VERDICT_FLAGGED || finding->verdict == VERDICT_INCONCLUSIVE);
}

static gboolean belongs(const Finding *finding, GroupKind kind)
{
	gboolean plain = finding_as_expected(finding);
	gboolean skipped = finding->verdict == VERDICT_SKIPPED && plain;

	switch (kind) {
	case GROUP_FAULT:
		return has_fault_section(finding);
	case GROUP_SKIPPED:
		return skipped;
	case GROUP_KNOWN:
		return plain && belongs(finding, GROUP_OTHER);
	case GROUP_OTHER:
		return !has_fault_section(finding) && !skipped &&
		       !(finding->verdict == VERDICT_OK && plain);
	}
	g_assert_not_reached();
}

static gchar *key_of(const Finding *finding, GroupKind kind)
{
	const Fault *fault = finding_fault(finding);
	g_autofree gchar *baseline = section_outcome(finding->baseline);
	g_autofree gchar *reference = section_outcome(finding->reference);
	g_autofree gchar *detail = section_detail(finding);

	if (kind == GROUP_SKIPPED)
		return g_strdup(finding->reason ? finding->reason : "");
	if (kind == GROUP_KNOWN)
		return g_strdup_printf("%d\n%s", finding->verdict, finding->case_name);
	/* What fails the rig says nothing of the subject, and often fails them all. */
	if (finding->verdict == VERDICT_RIG_FAULT)
		return g_strdup_printf("rig-fault\n%s\n%s\n%s", baseline, reference, detail);
	return g_strdup_printf(
		"%s\n%d\n%d\n%s\n%" G_GINT64_MODIFIER "x\n%s\n%s\n%s", finding->subject,
		finding->verdict, finding->expected, fault && fault->object ? fault->object : "",
		fault ? (fault->object ? fault->offset : fault->pc) : 0,
		kind == GROUP_FAULT ? "" : baseline, kind == GROUP_FAULT ? "" : reference,
		kind == GROUP_FAULT || !detail ? "" : detail);
}

GPtrArray *groups_new(const Results *results, GroupKind kind)
{
	GPtrArray *groups = g_ptr_array_new_with_free_func((GDestroyNotify)group_free);
	g_autoptr(GHashTable) by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < results->findings->len; i++) {
		Finding *finding = g_ptr_array_index(results->findings, i);
		g_autofree gchar *key = belongs(finding, kind) ? key_of(finding, kind) : NULL;
		Group *group = key ? g_hash_table_lookup(by_key, key) : NULL;

		if (!key)
			continue;
		if (!group) {
			group = g_new0(Group, 1);
			group->findings = g_ptr_array_new();
			group->results = results;
			g_ptr_array_add(groups, group);
			g_hash_table_insert(by_key, g_steal_pointer(&key), group);
		}
		g_ptr_array_add(group->findings, finding);
	}
	return groups;
}

gboolean group_expected(const Group *group)
{
	return finding_as_expected(g_ptr_array_index(group->findings, 0));
}

/* How many subjects have a finding in the group. */
static guint count_subjects(const Group *group)
{
	g_autoptr(GHashTable) subjects = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < group->findings->len; i++) {
		const Finding *finding = g_ptr_array_index(group->findings, i);

		if (finding->subject)
			g_hash_table_add(subjects, finding->subject);
	}
	return g_hash_table_size(subjects);
}

gchar *group_subject(const Group *group)
{
	const Finding *first = g_ptr_array_index(group->findings, 0);
	guint count = count_subjects(group);

	return count > 1 ? g_strdup_printf("%u subjects", count) : text_clean(first->subject);
}

gchar *group_engine(const Group *group)
{
	const Finding *first = g_ptr_array_index(group->findings, 0);
	g_autoptr(GPtrArray) engines = results_engines(group->results);

	for (guint i = 1; i < group->findings->len; i++) {
		const Finding *finding = g_ptr_array_index(group->findings, i);

		if (g_strcmp0(finding->engine, first->engine) != 0)
			return NULL;
	}
	return engines->len > 1 ? text_clean(first->engine) : NULL;
}

/* Findings of the subject, each case once, whatever the engine; a case without a name is one of its
 * own. */
static GPtrArray *distinct_cases(const GPtrArray *findings, const gchar *subject)
{
	GPtrArray *names = g_ptr_array_new();
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < findings->len; i++) {
		const Finding *finding = g_ptr_array_index(findings, i);

		if (g_strcmp0(finding->subject, subject) != 0)
			continue;
		if (!finding->case_name || g_hash_table_add(seen, finding->case_name))
			g_ptr_array_add(names, finding->case_name);
	}
	return names;
}

static gboolean same_name(gconstpointer a, gconstpointer b)
{
	return !g_strcmp0(a, b);
}

/* Cases of the group's subject that are not in the group. */
static GPtrArray *cases_left_out(const GPtrArray *all, GPtrArray *in)
{
	GPtrArray *names = g_ptr_array_new();

	for (guint i = 0; i < all->len; i++) {
		gchar *name = g_ptr_array_index(all, i);

		if (name && !g_ptr_array_find_with_equal_func(in, name, same_name, NULL))
			g_ptr_array_add(names, name);
	}
	return names;
}

static void add_names(GString *text, const GPtrArray *names)
{
	guint shown = names->len > NAMES_MOST ? NAMES_MOST - 1 : names->len;

	for (guint i = 0; i < shown; i++) {
		const gchar *name = g_ptr_array_index(names, i);

		g_string_append_printf(text, "%s%s", i ? ", " : "", name ? name : "?");
	}
	if (shown < names->len)
		g_string_append_printf(text, " and %u more", names->len - shown);
}

gchar *group_cases(const Group *group)
{
	const Finding *first = g_ptr_array_index(group->findings, 0);
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GPtrArray) all = distinct_cases(group->results->findings, first->subject);
	g_autoptr(GPtrArray) names = distinct_cases(group->findings, first->subject);
	g_autoptr(GPtrArray) others = NULL;

	if (count_subjects(group) > 1)
		return g_strdup_printf("%u findings", group->findings->len);
	if (names->len == all->len && all->len > 1)
		return g_strdup_printf("all %u", all->len);
	others = cases_left_out(all, names);
	if (others->len > 0 && others->len <= LEFT_OUT_MOST && others->len < names->len) {
		g_string_append(text, "all but ");
		add_names(text, others);
		return g_string_free(g_steal_pointer(&text), FALSE);
	}
	if (all->len > 1)
		g_string_append_printf(text, "%u of %u: ", names->len, all->len);
	add_names(text, names);
	return g_string_free(g_steal_pointer(&text), FALSE);
}
