#include "report/report.h"

#include "report/section.h"
#include "report/text.h"

/* In one line, and with no "#" or "\" that a reader could take for a directive. */
static gchar *escape(const gchar *text)
{
	g_autofree gchar *clean = text_clean(text);
	GString *escaped = g_string_new(clean);

	g_string_replace(escaped, "\\", "\\\\", 0);
	g_string_replace(escaped, "#", "\\#", 0);
	return g_string_free(escaped, FALSE);
}

/* A double-quoted YAML scalar. */
static void add_scalar(GString *tap, const gchar *value)
{
	g_autofree gchar *valid = g_utf8_make_valid(value, -1);

	g_string_append_c(tap, '"');
	for (const gchar *at = valid; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		if (c == '"' || c == '\\')
			g_string_append_printf(tap, "\\%c", (int)c);
		else if (c == '\n')
			g_string_append(tap, "\\n");
		else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			g_string_append_printf(tap, "\\x%02x", c);
		else
			g_string_append_unichar(tap, c);
	}
	g_string_append_c(tap, '"');
}

static void add_pair(GString *tap, const gchar *key, const gchar *value)
{
	if (!value)
		return;
	g_string_append_printf(tap, "  %s: ", key);
	add_scalar(tap, value);
	g_string_append_c(tap, '\n');
}

static void add_fault(GString *tap, const Fault *fault)
{
	g_autofree gchar *place = fault_place(fault->function, fault->function_offset);
	g_autofree gchar *insn = fault->has_insn
					 ? g_strdup_printf("%08x %s %s", fault->insn,
							   fault->mnemonic ? fault->mnemonic : "",
							   fault->operands ? fault->operands : "")
					 : NULL;
	g_autofree gchar *offset = g_strdup_printf("0x%" G_GINT64_MODIFIER "x", fault->offset);

	add_pair(tap, "instruction", insn ? g_strchomp(insn) : NULL);
	add_pair(tap, "feature", fault->feature);
	add_pair(tap, "arch", fault->arch);
	add_pair(tap, "function", place);
	add_pair(tap, "object", fault->object);
	add_pair(tap, "offset", fault->object ? offset : NULL);
	add_pair(tap, "build_id", fault->build_id);
	add_pair(tap, "source", fault->source);
}

static void add_diagnostics(GString *tap, const Finding *finding)
{
	const gchar *expected = verdict_name(finding->expected);
	g_autofree gchar *baseline = section_outcome(finding->baseline);
	g_autofree gchar *reference = section_outcome(finding->reference);
	g_autofree gchar *detail = section_detail(finding);
	const Fault *fault = finding_fault(finding);

	g_string_append(tap, "  ---\n");
	add_pair(tap, "verdict", verdict_name(finding->verdict));
	add_pair(tap, "expected", expected ? expected : "ok");
	add_pair(tap, "baseline", baseline);
	add_pair(tap, "reference", reference);
	add_pair(tap, finding->reason ? "reason" : "stderr", detail);
	if (fault)
		add_fault(tap, fault);
	add_pair(tap, "advice", finding->advice);
	add_pair(tap, "replay", finding->replay);
	g_string_append(tap, "  ...\n");
}

static void add_point(GString *tap, guint number, const Results *results)
{
	const Finding *finding = g_ptr_array_index(results->findings, number - 1);
	gboolean as_expected = finding_as_expected(finding);
	g_autofree gchar *name = section_case(results, finding);
	g_autofree gchar *case_name = escape(name);
	g_autofree gchar *subject = escape(finding->subject);
	g_autofree gchar *reason = escape(finding->reason ? finding->reason : "no reason given");

	g_string_append_printf(tap, "%s %u - %s with %s", as_expected ? "ok" : "not ok", number,
			       case_name, subject);
	if (finding->verdict == VERDICT_SKIPPED && as_expected)
		g_string_append_printf(tap, " # SKIP %s", reason);
	g_string_append_c(tap, '\n');
	if (!as_expected || finding->verdict == VERDICT_FLAGGED)
		add_diagnostics(tap, finding);
}

/* A point of its own: both findings may be as expected. */
static void add_disagreement(GString *tap, guint number, const Disagreement *disagreement)
{
	g_autofree gchar *case_name = escape(disagreement->case_name);
	g_autofree gchar *subject = escape(disagreement->subject);

	g_string_append_printf(tap, "%s %u - the engines disagree on %s with %s\n  ---\n",
			       disagreement->declared ? "ok" : "not ok", number, case_name,
			       subject);
	add_pair(tap, "what", disagreement->what);
	g_string_append(tap, "  ...\n");
}

gchar *report_tap(const Results *results, G_GNUC_UNUSED gboolean colour, G_GNUC_UNUSED guint width)
{
	GString *tap = g_string_new("TAP version 13\n");
	const GPtrArray *disagreements = results->disagreements;
	guint points = results->findings->len;

	g_string_append_printf(tap, "1..%u%s\n", points + disagreements->len,
			       points ? "" : " # SKIP nothing was run");
	for (guint i = 0; i < points; i++)
		add_point(tap, i + 1, results);
	for (guint i = 0; i < disagreements->len; i++)
		add_disagreement(tap, points + i + 1, g_ptr_array_index(disagreements, i));
	if (results->interrupted)
		g_string_append(tap, "Bail out! interrupted before all was run\n");
	return g_string_free(tap, FALSE);
}
