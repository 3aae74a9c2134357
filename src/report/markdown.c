#include "report/report.h"

#include <string.h>

#include "report/groups.h"
#include "report/marks.h"
#include "report/section.h"
#include "report/text.h"

/* A comment of a pull request has 65,536 characters at most; the rest is counted. */
#define GROUPS_MOST 40

static void add_summary(GString *out, const Results *results)
{
	guint unexpected = results_unexpected(results), undeclared = results_undeclared(results);
	g_autofree gchar *findings = text_count(results->findings->len, "finding");
	const gchar *separator = ": ";

	g_string_append_printf(out, "%s **a64rig** ",
			       unexpected || undeclared ? ":x:" : ":white_check_mark:");
	g_string_append(out, findings);
	for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
		guint count = results_count(results, (Verdict)verdict);

		if (count)
			g_string_append_printf(out, "%s%u %s", separator, count,
					       verdict_name((Verdict)verdict));
		separator = count ? ", " : separator;
	}
	if (unexpected)
		g_string_append_printf(out, "; **%u not as expected**", unexpected);
	else if (results->findings->len)
		g_string_append(out, "; all as expected");
	if (undeclared)
		g_string_append_printf(out, "; **the engines disagree on %u**", undeclared);
	g_string_append(out, results->interrupted ? "; interrupted before all was run\n\n<sub>"
						  : "\n\n<sub>");
	marks_add(out, results->baseline);
	g_string_append(out, " against ");
	marks_add(out, results->reference);
	g_string_append(out, " · a64rig ");
	marks_add(out, results->rig_version);
	g_string_append(out, " · ");
	marks_add(out, results->qemu);
	g_string_append(out, "</sub>\n");
}

static void add_cell(GString *out, const gchar *text)
{
	g_string_append_c(out, ' ');
	if (text)
		marks_add(out, text);
	g_string_append(out, " |");
}

/* The first of the advice is the way out, the others are variants of it; lines that start with
 * blanks go on with the one above. */
static gchar *first_advice(const gchar *advice)
{
	g_auto(GStrv) lines = g_strsplit(advice ? advice : "", "\n", -1);
	GString *first = g_string_new(lines[0]);

	for (guint i = 1; lines[0] && lines[i] && *lines[i] == ' '; i++)
		g_string_append_printf(first, " %s", g_strchug(lines[i]));
	return g_string_free(first, FALSE);
}

static void add_row(GString *out, const Group *group)
{
	const Finding *finding = g_ptr_array_index(group->findings, 0);
	const Fault *fault = finding_fault(finding);
	g_autofree gchar *verdict = section_verdict(finding);
	g_autofree gchar *cases = group_cases(group);
	g_autofree gchar *subject = group_subject(group);
	g_autofree gchar *insn =
		fault && fault->mnemonic
			? g_strdup_printf("%s%s%s", fault->mnemonic, fault->feature ? ", " : "",
					  fault->feature ? fault->feature : "")
			: section_outcome(finding->baseline);
	g_autofree gchar *detail = section_detail(finding);
	g_autofree gchar *where = fault ? section_where(fault, 60) : g_steal_pointer(&detail);
	g_autofree gchar *advice = first_advice(finding->advice);

	g_string_append_printf(out, "| %s", finding_as_expected(finding) ? "" : "**!** ");
	marks_add(out, verdict);
	g_string_append(out, " |");
	add_cell(out, cases);
	add_cell(out, subject);
	add_cell(out, insn);
	add_cell(out, where);
	add_cell(out, advice);
	g_string_append_c(out, '\n');
}

static void add_details(GString *out, const Group *group)
{
	const Finding *finding = g_ptr_array_index(group->findings, 0);
	g_autofree gchar *verdict = section_verdict(finding);
	g_autofree gchar *cases = group_cases(group);
	g_autofree gchar *subject = group_subject(group);
	g_autofree gchar *title = g_strdup_printf("%s: %s, %s", subject, verdict, cases);
	g_autofree gchar *escaped = g_markup_escape_text(title, -1);
	g_autofree gchar *clean = text_clean(escaped);
	g_autoptr(GString) text = g_string_new(NULL);
	Page page = {text, FALSE, 0};

	section_finding(&page, finding);
	g_string_append_printf(out, "\n<details><summary>%s</summary>\n\n", clean);
	marks_add_block(out, text->str);
	g_string_append(out, "\n</details>\n");
}

/* Those that are not as expected first; expected ones only where they are flagged. */
static GPtrArray *news(const GPtrArray *faults, const GPtrArray *others)
{
	const GPtrArray *const kinds[] = {faults, others, faults};
	GPtrArray *groups = g_ptr_array_new();

	for (guint k = 0; k < G_N_ELEMENTS(kinds); k++)
		for (guint i = 0; i < kinds[k]->len; i++)
			if (group_expected(g_ptr_array_index(kinds[k], i)) == (k == 2))
				g_ptr_array_add(groups, g_ptr_array_index(kinds[k], i));
	return groups;
}

static void add_groups(GString *out, const GPtrArray *groups)
{
	guint shown = MIN(groups->len, GROUPS_MOST);

	if (!shown)
		return;
	g_string_append(out, "\n| verdict | cases | subject | instruction | where | way out |\n"
			     "| --- | --- | --- | --- | --- | --- |\n");
	for (guint i = 0; i < shown; i++)
		add_row(out, g_ptr_array_index(groups, i));
	if (shown < groups->len)
		g_string_append_printf(out, "\nand %u more\n", groups->len - shown);
	for (guint i = 0; i < shown; i++)
		add_details(out, g_ptr_array_index(groups, i));
}

static void add_disagreements(GString *out, const Results *results)
{
	g_string_append(out, results_undeclared(results) ? "\n" : "");
	for (guint i = 0; i < results->disagreements->len; i++) {
		const Disagreement *differ = g_ptr_array_index(results->disagreements, i);

		if (differ->declared)
			continue;
		g_string_append(out, "- ");
		marks_add(out, differ->case_name);
		g_string_append(out, " with ");
		marks_add(out, differ->subject);
		g_string_append(out, ": ");
		marks_add(out, differ->what);
		g_string_append_c(out, '\n');
	}
}

gchar *report_markdown(const Results *results, G_GNUC_UNUSED gboolean colour,
		       G_GNUC_UNUSED guint width)
{
	GString *out = g_string_new(NULL);
	g_autoptr(GPtrArray) faults = groups_new(results, GROUP_FAULT);
	g_autoptr(GPtrArray) others = groups_new(results, GROUP_OTHER);
	g_autoptr(GPtrArray) groups = news(faults, others);

	add_summary(out, results);
	add_groups(out, groups);
	add_disagreements(out, results);
	return g_string_free(out, FALSE);
}
