#include "report/groups.h"

#include "report/section.h"
#include "report/text.h"

#define NAMES_MOST    6 /* names of cases that are worth reading one after the other */
#define LEFT_OUT_MOST 3

static void tally_free(Tally *tally)
{
	g_free(tally->subject);
	g_ptr_array_unref(tally->findings);
	g_free(tally);
}

static Tally *tally_of(GPtrArray *tallies, GHashTable *by_name, const gchar *subject)
{
	Tally *tally = g_hash_table_lookup(by_name, subject);

	if (tally)
		return tally;
	tally = g_new0(Tally, 1);
	tally->subject = text_clean(subject);
	tally->findings = g_ptr_array_new();
	g_ptr_array_add(tallies, tally);
	g_hash_table_insert(by_name, g_strdup(subject), tally);
	return tally;
}

GPtrArray *tallies_new(const Results *results)
{
	GPtrArray *tallies = g_ptr_array_new_with_free_func((GDestroyNotify)tally_free);
	g_autoptr(GHashTable) by_name =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < results->findings->len; i++) {
		Finding *finding = g_ptr_array_index(results->findings, i);
		Tally *tally =
			tally_of(tallies, by_name, finding->subject ? finding->subject : "?");

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

static guint subject_total(const Results *results, const gchar *subject)
{
	guint total = 0;

	for (guint i = 0; i < results->findings->len; i++) {
		const Finding *finding = g_ptr_array_index(results->findings, i);

		total += !g_strcmp0(finding->subject, subject);
	}
	return total;
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
			group->total = subject_total(results, finding->subject);
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

gchar *group_subject(const Group *group)
{
	g_autoptr(GHashTable) subjects = g_hash_table_new(g_str_hash, g_str_equal);
	const Finding *first = g_ptr_array_index(group->findings, 0);

	for (guint i = 0; i < group->findings->len; i++) {
		const Finding *finding = g_ptr_array_index(group->findings, i);

		if (finding->subject)
			g_hash_table_add(subjects, finding->subject);
	}
	if (g_hash_table_size(subjects) > 1)
		return g_strdup_printf("%u subjects", g_hash_table_size(subjects));
	return text_clean(first->subject);
}

/* Cases of the group's subject that are not in the group. */
static GPtrArray *cases_left_out(const Group *group)
{
	GPtrArray *names = g_ptr_array_new();
	const Finding *first = g_ptr_array_index(group->findings, 0);

	for (guint i = 0; i < group->results->findings->len; i++) {
		const Finding *finding = g_ptr_array_index(group->results->findings, i);

		if (!g_strcmp0(finding->subject, first->subject) &&
		    !g_ptr_array_find(group->findings, finding, NULL))
			g_ptr_array_add(names, finding->case_name);
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
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autoptr(GPtrArray) others = NULL;

	if (group->findings->len > group->total)
		return g_strdup_printf("%u findings", group->findings->len);
	if (group->findings->len == group->total && group->total > 1)
		return g_strdup_printf("all %u", group->total);
	others = cases_left_out(group);
	if (others->len > 0 && others->len <= LEFT_OUT_MOST && others->len < group->findings->len) {
		g_string_append(text, "all but ");
		add_names(text, others);
		return g_string_free(g_steal_pointer(&text), FALSE);
	}
	if (group->total > 1)
		g_string_append_printf(text, "%u of %u: ", group->findings->len, group->total);
	for (guint i = 0; i < group->findings->len; i++) {
		const Finding *finding = g_ptr_array_index(group->findings, i);

		g_ptr_array_add(names, finding->case_name);
	}
	add_names(text, names);
	return g_string_free(g_steal_pointer(&text), FALSE);
}
