#include "report/report.h"
#include "report/scan.h"

#include <string.h>

#include "report/groups.h"
#include "report/section.h"
#include "report/text.h"

/* More expected faults than this are shown in brief: they are no news. */
#define FULL_MOST     3
#define SECTION_LINES 16
#define NUMBER_WIDTH  8
#define VERDICT_WIDTH 30
#define NAME_MOST     40
#define KNOWN_VERDICT 14
#define KNOWN_SUBJECT 24

static void add_header(Page *page, const Results *results)
{
	g_autofree gchar *line = g_strdup_printf(
		"a64rig %s · %s · %s against %s", results->rig_version ? results->rig_version : "?",
		results->qemu ? results->qemu : "?", results->baseline ? results->baseline : "?",
		results->reference ? results->reference : "?");

	page_wrap(page, STYLE_DIM, line, 0);
}

static guint profile_width(const Results *results, guint column)
{
	const gchar *profile = g_ptr_array_index(results->profiles, column);

	return CLAMP((guint)g_utf8_strlen(profile, -1), NUMBER_WIDTH - 2, NAME_MOST);
}

/* Columns of the cell with the engine's name; 0 where one alone ran. */
static guint engine_width(const Results *results)
{
	g_autoptr(GPtrArray) engines = results_engines(results);
	guint width = (guint)strlen("engine");

	for (guint i = 0; i < engines->len; i++)
		width = MAX(width, (guint)g_utf8_strlen(g_ptr_array_index(engines, i), NAME_MOST));
	return engines->len > 1 ? width : 0;
}

static void add_engine(Page *page, const Results *results, Style style, const gchar *engine)
{
	guint width = engine_width(results);

	page_add(page, STYLE_PLAIN, width ? "  " : "");
	if (width)
		page_cell(page, style, engine, width, FALSE);
}

static guint subjects_width(const Page *page, const Results *results, const GPtrArray *tallies)
{
	guint width = (guint)strlen("subject");
	guint engine = engine_width(results);
	guint rest = 2 + 3 * NUMBER_WIDTH + VERDICT_WIDTH + (engine ? engine + 2 : 0);
	guint most;

	for (guint i = 0; i < results->profiles->len; i++)
		rest += 2 + profile_width(results, i);
	most = page->width > rest ? page->width - rest : 0;
	for (guint i = 0; i < tallies->len; i++) {
		const Tally *tally = g_ptr_array_index(tallies, i);

		width = MAX(width, (guint)g_utf8_strlen(tally->subject, -1));
	}
	return page->width ? MIN(width, CLAMP(most, 12, NAME_MOST)) : width;
}

static void add_number(Page *page, Style style, guint number)
{
	g_autofree gchar *text = number ? g_strdup_printf("%u", number) : g_strdup("·");

	page_cell(page, number ? style : STYLE_DIM, text, NUMBER_WIDTH, TRUE);
}

static void add_columns_header(Page *page, const Results *results, guint name_width)
{
	static const gchar *const fixed[] = {"ok", "flagged", "other"};

	page_add(page, STYLE_PLAIN, "  ");
	page_cell(page, STYLE_DIM, "subject", name_width, FALSE);
	add_engine(page, results, STYLE_DIM, "engine");
	for (guint i = 0; i < G_N_ELEMENTS(fixed); i++)
		page_cell(page, STYLE_DIM, fixed[i], NUMBER_WIDTH, TRUE);
	for (guint i = 0; i < results->profiles->len; i++) {
		page_add(page, STYLE_PLAIN, "  ");
		page_cell(page, STYLE_DIM, g_ptr_array_index(results->profiles, i),
			  profile_width(results, i), TRUE);
	}
	page_add(page, STYLE_PLAIN, "  ");
	page_add(page, STYLE_DIM, "verdict");
	page_add(page, STYLE_PLAIN, "\n");
}

static void add_subject(Page *page, const Results *results, const Tally *tally, guint name_width)
{
	g_autofree gchar *verdict = tally_verdict(tally);
	guint others =
		tally->total - tally->verdicts[VERDICT_OK] - tally->verdicts[VERDICT_FLAGGED];

	page_add(page, STYLE_BAD, tally->unexpected ? "!" : "");
	page_add(page, STYLE_PLAIN, tally->unexpected ? " " : "  ");
	page_cell(page, STYLE_PLAIN, tally->subject, name_width, FALSE);
	add_engine(page, results, STYLE_PLAIN, tally->engine);
	add_number(page, STYLE_GOOD, tally->verdicts[VERDICT_OK]);
	add_number(page, STYLE_BAD, tally->verdicts[VERDICT_FLAGGED]);
	add_number(page, STYLE_ODD, others);
	for (guint i = 0; i < results->profiles->len; i++) {
		g_autofree gchar *passes =
			g_strdup_printf("%u/%u", tally_passes(tally, i), tally->total);

		page_add(page, STYLE_PLAIN, "  ");
		page_cell(page, STYLE_PLAIN, passes, profile_width(results, i), TRUE);
	}
	page_add(page, STYLE_PLAIN, "  ");
	page_add(page, tally->unexpected ? STYLE_BAD : section_style(tally_word(tally)), verdict);
	page_add(page, STYLE_PLAIN, "\n");
}

static void add_subjects(Page *page, const Results *results)
{
	g_autoptr(GPtrArray) tallies = tallies_new(results);
	guint name_width = subjects_width(page, results, tallies);

	page_add(page, STYLE_PLAIN, "\n");
	add_columns_header(page, results, name_width);
	for (guint i = 0; i < tallies->len; i++)
		add_subject(page, results, g_ptr_array_index(tallies, i), name_width);
}

/* For the subject, beside the marker and the verdict. */
static guint heading_room(const Page *page, const gchar *verdict)
{
	guint rest = 4 + (guint)g_utf8_strlen(verdict, -1);

	return page->width ? MAX(page->width - MIN(page->width, rest), 12) : 0;
}

static void add_heading(Page *page, const Group *group)
{
	const Finding *finding = g_ptr_array_index(group->findings, 0);
	g_autofree gchar *verdict = section_verdict(finding);
	g_autofree gchar *name = group_subject(group);
	g_autofree gchar *subject = text_fit(name, heading_room(page, verdict));
	g_autofree gchar *cases = group_cases(group);
	g_autofree gchar *alone = group_engine(group);
	g_autofree gchar *engine = alone ? g_strconcat(alone, " only", NULL) : NULL;

	page_add(page, STYLE_PLAIN, "\n");
	page_add(page, STYLE_BAD, finding_as_expected(finding) ? "" : "! ");
	page_add(page, STYLE_BOLD, subject);
	page_add(page, STYLE_PLAIN, "  ");
	page_add(page, section_style(finding->verdict), verdict);
	page_add(page, STYLE_PLAIN, "\n");
	page_row(page, "cases", cases);
	page_row(page, "engine", engine);
}

static void add_fault_section(Page *page, const Group *group, SectionSize size)
{
	gsize start = page->out->len + 1;

	add_heading(page, group);
	section_fault(page, g_ptr_array_index(group->findings, 0), size,
		      SECTION_LINES - MIN(SECTION_LINES, text_lines(page->out->str + start)));
}

static void add_faults(Page *page, const GPtrArray *groups, gboolean expected)
{
	guint count = 0;

	for (guint i = 0; i < groups->len; i++)
		count += group_expected(g_ptr_array_index(groups, i));
	for (guint i = 0; i < groups->len; i++) {
		const Group *group = g_ptr_array_index(groups, i);

		if (group_expected(group) == expected)
			add_fault_section(page, group,
					  expected && count > FULL_MOST ? SECTION_BRIEF
									: SECTION_FULL);
	}
}

static gchar *outcomes_of(const Finding *finding)
{
	g_autofree gchar *baseline = section_outcome(finding->baseline);
	g_autofree gchar *reference = section_outcome(finding->reference);

	return g_strdup_printf("%s · %s", baseline, reference);
}

static void add_other(Page *page, const Group *group)
{
	const Finding *finding = g_ptr_array_index(group->findings, 0);
	g_autofree gchar *detail = section_detail(finding);
	g_autofree gchar *outcomes = outcomes_of(finding);

	add_heading(page, group);
	if (finding->baseline || finding->reference)
		page_row(page, "outcomes", outcomes);
	page_row(page, finding->reason ? "reason" : "stderr", detail);
	section_fault(page, finding, SECTION_BRIEF, SECTION_LINES);
}

/* Verdict, case, subjects, and what the program said or else how it ended. */
static void add_known_line(Page *page, const Group *group, guint case_width)
{
	const Finding *finding = g_ptr_array_index(group->findings, 0);
	g_autofree gchar *subject = group_subject(group);
	g_autofree gchar *detail = section_detail(finding);
	g_autofree gchar *outcomes = outcomes_of(finding);
	g_autofree gchar *text = text_clean(detail ? detail : outcomes);
	guint used = 2 + KNOWN_VERDICT + case_width + 2 + KNOWN_SUBJECT + 2;
	g_autofree gchar *fitted =
		text_fit(text, page->width ? MAX(page->width, used + 8) - used : 0);

	page_add(page, STYLE_PLAIN, "  ");
	page_cell(page, section_style(finding->verdict), verdict_name(finding->verdict),
		  KNOWN_VERDICT, FALSE);
	page_cell(page, STYLE_PLAIN, finding->case_name, case_width, FALSE);
	page_add(page, STYLE_PLAIN, "  ");
	page_cell(page, STYLE_PLAIN, subject, KNOWN_SUBJECT, FALSE);
	page_add(page, STYLE_PLAIN, "  ");
	page_add(page, STYLE_DIM, fitted);
	page_add(page, STYLE_PLAIN, "\n");
}

/* One line for each case whose failure is known. */
static void add_known(Page *page, const Results *results)
{
	g_autoptr(GPtrArray) groups = groups_new(results, GROUP_KNOWN);
	guint width = 0;

	for (guint i = 0; i < groups->len; i++) {
		const Group *group = g_ptr_array_index(groups, i);
		const Finding *finding = g_ptr_array_index(group->findings, 0);

		width = MAX(width, (guint)g_utf8_strlen(finding->case_name, -1));
	}
	page_add(page, STYLE_PLAIN, "\nas expected\n");
	for (guint i = 0; i < groups->len; i++)
		add_known_line(page, g_ptr_array_index(groups, i), MIN(width, NAME_MOST));
}

static void add_others(Page *page, const Results *results)
{
	g_autoptr(GPtrArray) groups = groups_new(results, GROUP_OTHER);
	guint known = 0;

	for (guint i = 0; i < groups->len; i++)
		known += group_expected(g_ptr_array_index(groups, i));
	for (guint i = 0; i < groups->len; i++) {
		const Group *group = g_ptr_array_index(groups, i);

		if (known <= FULL_MOST || !group_expected(group))
			add_other(page, group);
	}
	if (known > FULL_MOST)
		add_known(page, results);
}

static void add_skipped(Page *page, const Results *results)
{
	g_autoptr(GPtrArray) groups = groups_new(results, GROUP_SKIPPED);

	page_add(page, STYLE_PLAIN, groups->len ? "\n" : "");
	for (guint i = 0; i < groups->len; i++) {
		const Group *group = g_ptr_array_index(groups, i);
		const Finding *finding = g_ptr_array_index(group->findings, 0);
		g_autofree gchar *reason =
			text_clean(finding->reason ? finding->reason : "no reason given");
		g_autofree gchar *line =
			g_strdup_printf("%u skipped: %s", group->findings->len, reason);

		page_wrap(page, STYLE_ODD, line, 0);
	}
}

static void add_disagreement(Page *page, const Disagreement *disagreement)
{
	g_autofree gchar *case_name = text_clean(disagreement->case_name);
	g_autofree gchar *subject = text_clean(disagreement->subject);
	g_autofree gchar *what = text_clean(disagreement->what);
	g_autofree gchar *line = g_strdup_printf("%s with %s: %s%s", case_name, subject, what,
						 disagreement->declared ? ", as declared" : "");

	page_add(page, STYLE_BAD, disagreement->declared ? "" : "!");
	page_add(page, STYLE_PLAIN, disagreement->declared ? "  " : " ");
	page_wrap(page, disagreement->declared ? STYLE_DIM : STYLE_PLAIN, line, 2);
}

static void add_agreement(Page *page, const Results *results)
{
	g_autofree gchar *names = section_engines(results);
	guint compared = results_compared(results), differ = results->disagreements->len;
	g_autofree gchar *agree = text_count(compared - MIN(compared, differ), "finding");
	g_autofree gchar *disagree = g_strdup_printf(", and disagree on %u", differ);
	g_autofree gchar *line =
		g_strdup_printf("%s agree on %s%s", names, agree, differ ? disagree : "");

	if (!compared && !differ)
		return;
	page_add(page, STYLE_PLAIN, "\n");
	page_wrap(page, STYLE_BOLD, line, 0);
	for (guint i = 0; i < differ; i++)
		add_disagreement(page, g_ptr_array_index(results->disagreements, i));
}

/* One part of the summary, on a line of its own where it does not fit on this one. */
static void add_part(Page *page, guint *column, Style style, const gchar *text)
{
	guint length = (guint)g_utf8_strlen(text, -1);
	gboolean fits = !page->width || *column + 1 + length <= page->width;

	if (*column)
		page_add(page, STYLE_PLAIN, fits ? " " : "\n  ");
	page_add(page, style, text);
	*column = (fits ? *column + (*column > 0) : 2) + length;
}

static void add_counts(Page *page, guint *column, const Results *results)
{
	guint left = results->findings->len - results_count(results, VERDICT_NONE);

	for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
		guint count = results_count(results, (Verdict)verdict);
		g_autofree gchar *text = NULL;

		if (!count)
			continue;
		left -= count;
		text = g_strdup_printf("%u %s%s", count, verdict_name((Verdict)verdict),
				       left ? "," : "");
		add_part(page, column, section_style((Verdict)verdict), text);
	}
}

static guint count_resumed(const Results *results)
{
	guint count = 0;

	for (guint i = 0; i < results->findings->len; i++) {
		const Finding *finding = g_ptr_array_index(results->findings, i);

		count += finding->resumed;
	}
	return count;
}

static void add_summary(Page *page, const Results *results)
{
	guint unexpected = results_unexpected(results);
	guint all = results->findings->len;
	g_autofree gchar *findings = text_count(all, "finding");
	g_autofree gchar *label = g_strconcat(findings, all ? ":" : "", NULL);
	g_autofree gchar *time = g_strdup_printf("in %.1f s", results->seconds);
	g_autofree gchar *surprises = g_strdup_printf("(%u not as expected)", unexpected);
	guint undeclared = results_undeclared(results);
	g_autofree gchar *disputes = g_strdup_printf("(the engines disagree on %u)", undeclared);
	g_autofree gchar *earlier = NULL;
	guint column = 0, resumed = count_resumed(results);

	page_add(page, STYLE_PLAIN, "\n");
	if (results->interrupted)
		add_part(page, &column, STYLE_BAD, "interrupted before all was run:");
	add_part(page, &column, STYLE_BOLD, label);
	add_counts(page, &column, results);
	if (unexpected)
		add_part(page, &column, STYLE_BAD, surprises);
	if (undeclared)
		add_part(page, &column, STYLE_BAD, disputes);
	if (!unexpected && !undeclared && results_count(results, VERDICT_OK) < all)
		add_part(page, &column, STYLE_PLAIN,
			 all == 1 ? "(as expected)" : "(all as expected)");
	add_part(page, &column, STYLE_PLAIN, time);
	if (resumed) {
		earlier = g_strdup_printf("(%u of them from earlier runs)", resumed);
		add_part(page, &column, STYLE_PLAIN, earlier);
	}
	page_add(page, STYLE_PLAIN, "\n");
}

static void add_many(Page *page, const Results *results)
{
	g_autoptr(GPtrArray) faults = groups_new(results, GROUP_FAULT);

	add_subjects(page, results);
	add_faults(page, faults, TRUE);
	add_faults(page, faults, FALSE);
	add_others(page, results);
	add_skipped(page, results);
	add_agreement(page, results);
}

static void add_audit(Page *page, const Results *results)
{
	g_autofree gchar *text =
		results->audit ? scan_table(results->audit, page->colour, page->width, FALSE)
			       : NULL;

	if (!text)
		return;
	page_add(page, STYLE_BOLD, "\naudit\n\n");
	g_string_append(page->out, text);
}

gchar *report_table(const Results *results, gboolean colour, guint width)
{
	Page page = {g_string_new(NULL), colour, width};

	add_header(&page, results);
	if (results->findings->len == 1) {
		page_add(&page, STYLE_PLAIN, "\n");
		section_finding(&page, g_ptr_array_index(results->findings, 0));
	} else if (results->findings->len > 1) {
		add_many(&page, results);
	}
	add_audit(&page, results);
	add_summary(&page, results);
	return g_string_free(page.out, FALSE);
}
