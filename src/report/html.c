#include "report/report.h"

#include <string.h>

#include "report/groups.h"
#include "report/markup.h"
#include "report/page.h"
#include "report/section.h"
#include "report/text.h"

/* A matrix of more columns, or one that is filled to less than a third, is a list instead. */
#define COLUMNS_MOST    60
#define FILLED_LEAST    3
#define COLUMNS_UPRIGHT 6

typedef struct {
	GString *out;
	const Results *results;
	GPtrArray *groups;   /* of Group, in the order of their folds */
	GHashTable *numbers; /* finding to the number of its group, from 1 */
	GPtrArray *cases;    /* names, in their order, not owned */
	GPtrArray *tallies;  /* the columns of a matrix */
} Html;

/* ---- head ---- */

static void add_hash(GString *out, const gchar *directive, const gchar *text)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	guint8 digest[32];
	gsize length = sizeof digest;
	g_autofree gchar *hash = NULL;

	g_checksum_update(sum, (const guchar *)text, (gssize)strlen(text));
	g_checksum_get_digest(sum, digest, &length);
	hash = g_base64_encode(digest, length);
	g_string_append_printf(out, "; %s 'sha256-%s'", directive, hash);
}

/* Nothing loads, nothing is sent, and nothing runs but what is known by its hash. */
static void add_head(const Html *html)
{
	GString *out = html->out;

	g_string_append(out,
			"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
			"<meta http-equiv=\"Content-Security-Policy\" content=\""
			"default-src 'none'; base-uri 'none'; form-action 'none'");
	add_hash(out, "style-src", report_page_css);
	add_hash(out, "script-src", report_page_js);
	g_string_append(out,
			"\">\n<meta name=\"viewport\" content=\"width=device-width, "
			"initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n");
	markup_add(out, "<title>a64rig: %s against %s</title>\n",
		   html->results->baseline ? html->results->baseline : "?",
		   html->results->reference ? html->results->reference : "?");
	g_string_append_printf(out, "<style>%s</style>\n</head>\n<body>\n", report_page_css);
}

static void add_counts(const Html *html)
{
	g_string_append(html->out, "<ul class=\"counts\">\n");
	for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
		guint count = results_count(html->results, (Verdict)verdict);

		if (count)
			markup_add(html->out, "<li class=\"%s\"><b>%u</b>%s</li>\n",
				   markup_class((Verdict)verdict), count,
				   verdict_name((Verdict)verdict));
	}
	g_string_append(html->out, "</ul>\n");
}

static gchar *headline(const Results *results)
{
	guint unexpected = results_unexpected(results);
	g_autofree gchar *findings = text_count(results->findings->len, "finding");

	if (unexpected)
		return g_strdup_printf("%u of %s not as expected", unexpected, findings);
	if (results_undeclared(results))
		return g_strdup_printf("The engines disagree on %u of %s",
				       results_undeclared(results), findings);
	return g_strdup_printf(results->findings->len ? "%s, all as expected" : "%s", findings);
}

static void add_header(const Html *html)
{
	const Results *results = html->results;
	g_autofree gchar *title = headline(results);

	markup_add(html->out, "<header>\n<h1>%s</h1>\n", title);
	markup_add(html->out, "<p>%s against %s%s</p>\n",
		   results->baseline ? results->baseline : "?",
		   results->reference ? results->reference : "?",
		   results->interrupted ? "; interrupted before all was run" : "");
	markup_add(html->out, "<p class=\"rig soft\">a64rig %s · %s · %s · %.1f s</p>\n",
		   results->rig_version ? results->rig_version : "?",
		   results->qemu ? results->qemu : "?", results->host ? results->host : "?",
		   results->seconds);
	add_counts(html);
	g_string_append(html->out, "</header>\n<main>\n");
}

/* ---- cells ---- */

static gchar *short_outcome(const Outcome *outcome)
{
	if (!outcome)
		return g_strdup("not run");
	switch (outcome->kind) {
	case OUTCOME_TIMED_OUT:
		return g_strdup("time-out");
	case OUTCOME_SKIPPED:
		return g_strdup("skipped");
	case OUTCOME_WRONG:
		return g_strdup("wrong output");
	case OUTCOME_RIG_FAULT:
		return g_strdup("rig fault");
	default:
		return outcome_describe(outcome);
	}
}

static void add_word(const Html *html, const Finding *finding)
{
	g_autofree gchar *word = markup_word(finding);
	guint number = GPOINTER_TO_UINT(g_hash_table_lookup(html->numbers, finding));

	if (number)
		markup_add(html->out, "<a href=\"#f%u\">%s</a>", number, word);
	else
		g_string_append(html->out, word);
}

static void add_outcomes(const Html *html, const Finding *finding)
{
	g_autofree gchar *baseline = short_outcome(finding->baseline);
	g_autofree gchar *reference = short_outcome(finding->reference);

	if (!finding->baseline && !finding->reference)
		return;
	markup_add(html->out, "<small>%s · %s", baseline, reference);
	for (guint i = 0; i < finding->columns->len; i++) {
		const Column *column = g_ptr_array_index(finding->columns, i);
		g_autofree gchar *what = short_outcome(column->outcome);

		markup_add(html->out, " · %s", what);
	}
	g_string_append(html->out, "</small>");
}

/* ---- matrix ---- */

static gchar *cell_key(const gchar *case_name, gconstpointer tally)
{
	return g_strdup_printf("%p\n%s", tally, case_name ? case_name : "?");
}

/* A program that ran several times with the same words has several findings here; the first that is
 * not as expected stands for them. */
static GHashTable *cells_new(const Html *html)
{
	GHashTable *cells = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						  (GDestroyNotify)g_ptr_array_unref);

	for (guint t = 0; t < html->tallies->len; t++) {
		const Tally *tally = g_ptr_array_index(html->tallies, t);

		for (guint i = 0; i < tally->findings->len; i++) {
			Finding *finding = g_ptr_array_index(tally->findings, i);
			gchar *key = cell_key(finding->case_name, tally);
			GPtrArray *cell = g_hash_table_lookup(cells, key);

			if (!cell) {
				cell = g_ptr_array_new();
				g_hash_table_insert(cells, g_strdup(key), cell);
			}
			g_ptr_array_add(cell, finding);
			g_free(key);
		}
	}
	return cells;
}

static const Finding *worst(const GPtrArray *findings)
{
	for (guint i = 0; i < findings->len; i++)
		if (!finding_as_expected(g_ptr_array_index(findings, i)))
			return g_ptr_array_index(findings, i);
	return g_ptr_array_index(findings, 0);
}

static void add_cell(const Html *html, const GPtrArray *findings)
{
	const Finding *finding = findings ? worst(findings) : NULL;

	if (!finding) {
		g_string_append(html->out, "<td></td>");
		return;
	}
	markup_add(html->out, "<td class=\"%s\">", markup_class(finding->verdict));
	add_word(html, finding);
	if (finding->verdict != VERDICT_OK)
		add_outcomes(html, finding);
	if (findings->len > 1)
		markup_add(html->out, "<small>of %u</small>", findings->len);
	g_string_append(html->out, "</td>");
}

static gboolean has_news(const Html *html, GHashTable *cells, const gchar *name)
{
	for (guint t = 0; t < html->tallies->len; t++) {
		g_autofree gchar *key = cell_key(name, g_ptr_array_index(html->tallies, t));
		const GPtrArray *cell = g_hash_table_lookup(cells, key);

		if (cell && !finding_as_expected(worst(cell)))
			return TRUE;
	}
	return FALSE;
}

static void add_matrix_row(const Html *html, GHashTable *cells, const gchar *name)
{
	markup_add(html->out, "<tr class=\"row%s\"><th scope=\"row\">%s</th>",
		   has_news(html, cells, name) ? " news" : "", name);
	for (guint t = 0; t < html->tallies->len; t++) {
		g_autofree gchar *key = cell_key(name, g_ptr_array_index(html->tallies, t));

		add_cell(html, g_hash_table_lookup(cells, key));
	}
	g_string_append(html->out, "</tr>\n");
}

static void add_matrix(const Html *html)
{
	g_autoptr(GHashTable) cells = cells_new(html);
	g_autoptr(GPtrArray) engines = results_engines(html->results);

	markup_add(html->out, "<table class=\"matrix%s\">\n<thead><tr><th scope=\"col\">case</th>",
		   html->tallies->len > COLUMNS_UPRIGHT ? " turned" : "");
	for (guint t = 0; t < html->tallies->len; t++) {
		const Tally *tally = g_ptr_array_index(html->tallies, t);

		markup_add(html->out, "<th scope=\"col\"><span>%s%s%s%s</span></th>",
			   tally->subject, engines->len > 1 ? " (" : "",
			   engines->len > 1 ? tally->engine : "", engines->len > 1 ? ")" : "");
	}
	g_string_append(html->out, "</tr></thead>\n<tbody>\n");
	for (guint i = 0; i < html->cases->len; i++)
		add_matrix_row(html, cells, g_ptr_array_index(html->cases, i));
	g_string_append(html->out, "</tbody></table>");
}

/* ---- list ---- */

static void add_list_row(const Html *html, const Finding *finding)
{
	markup_add(html->out,
		   "<tr class=\"row%s\"><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td "
		   "class=\"%s\">",
		   finding_as_expected(finding) ? "" : " news",
		   finding->case_name ? finding->case_name : "?",
		   finding->subject ? finding->subject : "?",
		   finding->engine ? finding->engine : "?", markup_class(finding->verdict));
	add_word(html, finding);
	g_string_append(html->out, "</td><td>");
	add_outcomes(html, finding);
	g_string_append(html->out, "</td></tr>\n");
}

static void add_list(const Html *html)
{
	static const gchar *const columns[] = {"case", "subject", "engine", "verdict", "outcomes"};

	g_string_append(html->out, "<table>\n<thead><tr>");
	for (guint i = 0; i < G_N_ELEMENTS(columns); i++)
		markup_add(html->out, "<th scope=\"col\">%s</th>", columns[i]);
	g_string_append(html->out, "</tr></thead>\n<tbody>\n");
	for (guint i = 0; i < html->results->findings->len; i++)
		add_list_row(html, g_ptr_array_index(html->results->findings, i));
	g_string_append(html->out, "</tbody></table>");
}

static gboolean is_matrix(const Html *html)
{
	return html->tallies->len <= COLUMNS_MOST &&
	       html->cases->len * html->tallies->len <= FILLED_LEAST * html->results->findings->len;
}

static void add_legend(const Html *html)
{
	const Results *results = html->results;

	g_string_append(html->out, "<p class=\"soft\">Not as expected is marked with !. Below a "
				   "verdict, how it ended on ");
	markup_add(html->out, "%s · %s", results->baseline ? results->baseline : "the baseline",
		   results->reference ? results->reference : "the reference");
	for (guint i = 0; i < results->profiles->len; i++)
		markup_add(html->out, " · %s",
			   (const gchar *)g_ptr_array_index(results->profiles, i));
	g_string_append(html->out, ".</p>\n");
}

static void add_findings(const Html *html)
{
	g_string_append(
		html->out,
		"<div class=\"tools\"><input type=\"search\" id=\"find\" "
		"placeholder=\"Filter\" aria-label=\"Filter by any word\"><label><input "
		"type=\"checkbox\" id=\"only\">only what is not as expected</label></div>\n");
	if (html->results->findings->len) {
		add_legend(html);
		g_string_append(html->out, "<div class=\"box\" role=\"region\" tabindex=\"0\" "
					   "aria-label=\"Verdicts\">\n");
		if (is_matrix(html))
			add_matrix(html);
		else
			add_list(html);
		g_string_append(html->out, "\n</div>\n");
	}
}

/* ---- the rest ---- */

static void add_groups(const Html *html)
{
	if (html->groups->len)
		g_string_append(html->out, "<h2>Findings</h2>\n");
	for (guint i = 0; i < html->groups->len; i++)
		markup_group(html->out, g_ptr_array_index(html->groups, i), i + 1);
}

static void add_disagreements(const Html *html)
{
	const GPtrArray *all = html->results->disagreements;

	if (!all->len)
		return;
	g_string_append(html->out, "<h2>Where the engines disagree</h2>\n<ul>\n");
	for (guint i = 0; i < all->len; i++) {
		const Disagreement *differ = g_ptr_array_index(all, i);

		markup_add(html->out, "<li>%s with %s: %s%s</li>\n",
			   differ->case_name ? differ->case_name : "?",
			   differ->subject ? differ->subject : "?",
			   differ->what ? differ->what : "?",
			   differ->declared ? ", as declared" : "");
	}
	g_string_append(html->out, "</ul>\n");
}

static void number(Html *html, GPtrArray *groups, gboolean expected)
{
	for (guint g = 0; g < groups->len; g++) {
		Group *group = g_ptr_array_index(groups, g);

		if (group_expected(group) != expected)
			continue;
		g_ptr_array_add(html->groups, group);
		for (guint i = 0; i < group->findings->len; i++)
			g_hash_table_insert(html->numbers, g_ptr_array_index(group->findings, i),
					    GUINT_TO_POINTER(html->groups->len));
	}
}

static void list_cases(Html *html)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < html->results->findings->len; i++) {
		const Finding *finding = g_ptr_array_index(html->results->findings, i);
		const gchar *name = finding->case_name ? finding->case_name : "?";

		if (g_hash_table_add(seen, (gpointer)name))
			g_ptr_array_add(html->cases, (gpointer)name);
	}
}

static void write_page(const Html *html)
{
	add_head(html);
	add_header(html);
	add_findings(html);
	add_groups(html);
	add_disagreements(html);
	g_string_append_printf(html->out,
			       "</main>\n<footer>Written by a64rig.</footer>\n"
			       "<script>%s</script>\n</body>\n</html>\n",
			       report_page_js);
}

gchar *report_html(const Results *results, G_GNUC_UNUSED gboolean colour, G_GNUC_UNUSED guint width)
{
	static const GroupKind kinds[] = {GROUP_FAULT, GROUP_OTHER, GROUP_SKIPPED};
	g_autoptr(GPtrArray) all =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	g_autoptr(GPtrArray) groups = g_ptr_array_new(), cases = g_ptr_array_new();
	g_autoptr(GPtrArray) tallies = tallies_new(results);
	g_autoptr(GHashTable) numbers = g_hash_table_new(NULL, NULL);
	Html html = {g_string_new(NULL), results, groups, numbers, cases, tallies};

	for (guint k = 0; k < G_N_ELEMENTS(kinds); k++)
		g_ptr_array_add(all, groups_new(results, kinds[k]));
	for (guint pass = 0; pass < 2; pass++)
		for (guint k = 0; k < all->len; k++)
			number(&html, g_ptr_array_index(all, k), pass == 1);
	list_cases(&html);
	write_page(&html);
	return markup_finish(html.out);
}
