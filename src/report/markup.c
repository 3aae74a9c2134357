#include "report/markup.h"

#include <string.h>

#include "report/section.h"
#include "report/text.h"

void markup_add(GString *out, const gchar *format, ...)
{
	va_list arguments;
	g_autofree gchar *text = NULL;

	va_start(arguments, format);
	text = g_markup_vprintf_escaped(format, arguments);
	va_end(arguments);
	g_string_append(out, text);
}

/* GLib writes control characters as references, which nothing else in the page is. */
gchar *markup_finish(GString *out)
{
	g_autofree gchar *raw = g_string_free(out, FALSE);
	g_autofree gchar *valid = g_utf8_make_valid(raw, -1);
	GString *page = g_string_sized_new(strlen(valid));

	for (const gchar *at = valid; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		if (g_str_has_prefix(at, "&#x")) {
			at = strchr(at, ';');
			g_string_append_c(page, ' ');
		} else {
			g_string_append_unichar(
				page, g_unichar_isprint(c) || c == '\n' || c == '\t' ? c : ' ');
		}
	}
	return g_string_free(page, FALSE);
}

const gchar *markup_class(Verdict verdict)
{
	if (verdict == VERDICT_NONE || verdict == VERDICT_SKIPPED)
		return "dim";
	switch (section_style(verdict)) {
	case STYLE_GOOD:
		return "good";
	case STYLE_BAD:
		return "bad";
	default:
		return "odd";
	}
}

gchar *markup_word(const Finding *finding)
{
	static const gchar *const signs[VERDICT_COUNT] = {
		[VERDICT_OK] = "✓",       [VERDICT_FLAGGED] = "✗", [VERDICT_DIVERGES] = "≠",
		[VERDICT_INVERTED] = "⇅", [VERDICT_BROKEN] = "✗",  [VERDICT_INCONCLUSIVE] = "?",
		[VERDICT_FLAKY] = "~",    [VERDICT_SKIPPED] = "–", [VERDICT_RIG_FAULT] = "⚠",
	};
	const gchar *mark = finding_as_expected(finding) ? "" : "! ";

	return finding->verdict == VERDICT_NONE ? g_strconcat(mark, "no verdict", NULL)
						: g_strconcat(mark, signs[finding->verdict], " ",
							      verdict_name(finding->verdict), NULL);
}

static void add_row(GString *out, const gchar *label, const gchar *text)
{
	if (text)
		markup_add(out, "<dt>%s</dt><dd>%s</dd>\n", label, text);
}

/* The same in letters of one width, for what is copied. */
static void add_code(GString *out, const gchar *label, const gchar *text)
{
	if (text)
		markup_add(out, "<dt>%s</dt><dd><pre class=\"wrap\">%s</pre></dd>\n", label, text);
}

static void add_outcome(GString *out, const gchar *label, const Outcome *outcome)
{
	g_autofree gchar *what = section_outcome(outcome);

	add_row(out, label, what);
}

static void add_outcomes(GString *out, const Finding *finding)
{
	g_autofree gchar *detail = section_detail(finding);

	if (finding->baseline || finding->reference) {
		add_outcome(out, "baseline", finding->baseline);
		add_outcome(out, "reference", finding->reference);
	}
	for (guint i = 0; i < finding->columns->len; i++) {
		const Column *column = g_ptr_array_index(finding->columns, i);

		add_outcome(out, "also", column->outcome);
	}
	add_row(out, finding->reason ? "reason" : "stderr", detail);
}

static void add_backtrace(GString *out, const Fault *fault)
{
	if (!fault->backtrace->len)
		return;
	g_string_append(out, "<dt>backtrace</dt><dd><pre tabindex=\"0\">");
	for (guint i = 0; i < fault->backtrace->len; i++) {
		const Frame *frame = g_ptr_array_index(fault->backtrace, i);
		g_autofree gchar *place = section_frame(frame);

		markup_add(out, "%u  %s  %s  %s\n", i, place,
			   frame->object ? text_base(frame->object) : "",
			   frame->source ? text_base(frame->source) : "");
	}
	g_string_append(out, "</pre></dd>\n");
}

static void add_thread(GString *out, const Fault *fault)
{
	if (fault->thread > 1)
		markup_add(out, "<dt>thread</dt><dd>%u of %u</dd>\n", fault->thread,
			   fault->threads);
}

static void add_fault(GString *out, const Fault *fault)
{
	g_autofree gchar *instruction = section_instruction(fault);
	g_autofree gchar *where = section_where(fault, 0);
	g_autofree gchar *culprit = section_culprit(fault);

	if (instruction)
		markup_add(out, "<dt>instruction</dt><dd><code class=\"insn\">%s</code></dd>\n",
			   instruction);
	add_row(out, "where", where);
	add_row(out, "source", fault->source);
	add_thread(out, fault);
	add_row(out, "culprit", culprit);
	add_backtrace(out, fault);
	add_row(out, "note", fault->note);
}

static void add_summary(GString *out, const Group *group)
{
	const Finding *finding = g_ptr_array_index(group->findings, 0);
	g_autofree gchar *word = markup_word(finding);
	g_autofree gchar *subject = group_subject(group);
	g_autofree gchar *cases = group_cases(group);

	markup_add(out,
		   "<summary><span class=\"badge %s\">%s</span><b>%s</b><span "
		   "class=\"soft\">%s</span></summary>\n",
		   markup_class(finding->verdict), word, subject, cases);
}

void markup_group(GString *out, const Group *group, guint id)
{
	const Finding *finding = g_ptr_array_index(group->findings, 0);
	const Fault *fault = finding_fault(finding);
	g_autofree gchar *engine = group_engine(group);
	g_autofree gchar *verdict = section_verdict(finding);

	markup_add(out, "<details class=\"finding row%s\">",
		   finding_as_expected(finding) ? "" : " news");
	add_summary(out, group);
	markup_add(out, "<div class=\"body\" id=\"f%u\"><dl>\n<dt>verdict</dt><dd>%s", id, verdict);
	if (section_meaning(finding->verdict))
		markup_add(out, ": %s", section_meaning(finding->verdict));
	g_string_append(out, "</dd>\n");
	add_row(out, "package", finding->package);
	add_row(out, "engine", engine);
	add_outcomes(out, finding);
	if (fault)
		add_fault(out, fault);
	add_row(out, "way out", finding->advice);
	add_code(out, "replay", finding->replay);
	g_string_append(out, "</dl></div></details>\n");
}
