#include "report/section.h"

/* What the build-id is shortened to: enough to tell builds apart, as git does with commits. */
#define BUILD_ID_DIGITS 12
#define FRAMES_MOST     6
#define FRAMES_LEAST    1

static const gchar *const meanings[VERDICT_COUNT] = {
	[VERDICT_OK] = "passes on both",
	[VERDICT_FLAGGED] = "passes on the reference and dies of SIGILL on the baseline",
	[VERDICT_DIVERGES] = "passes on the reference and fails on the baseline, but not of SIGILL",
	[VERDICT_INVERTED] = "passes on the baseline and fails on the reference",
	[VERDICT_BROKEN] = "fails on both, so the CPU is not the reason",
	[VERDICT_INCONCLUSIVE] = "dies of SIGILL on both: an emulator's gap or a deliberate trap",
	[VERDICT_FLAKY] = "repeats disagree",
	[VERDICT_SKIPPED] = "was not judged",
	[VERDICT_RIG_FAULT] = "the rig or the emulator failed; this says nothing of the subject",
};

const gchar *section_meaning(Verdict verdict)
{
	return verdict == VERDICT_NONE ? NULL : meanings[verdict];
}

Style section_style(Verdict verdict)
{
	switch (verdict) {
	case VERDICT_OK:
		return STYLE_GOOD;
	case VERDICT_FLAGGED:
		return STYLE_BAD;
	default:
		return STYLE_ODD;
	}
}

gchar *section_engines(const Results *results)
{
	g_autoptr(GPtrArray) engines = results_engines(results);
	GString *names = g_string_new(NULL);

	for (guint i = 0; i < engines->len; i++)
		g_string_append_printf(names, "%s%s", i ? " and " : "",
				       (const gchar *)g_ptr_array_index(engines, i));
	return g_string_free(names, FALSE);
}

gchar *section_case(const Results *results, const Finding *finding)
{
	g_autoptr(GPtrArray) engines = results_engines(results);
	const gchar *name = finding->case_name ? finding->case_name : "?";

	return engines->len > 1 && finding->engine
		       ? g_strdup_printf("%s (%s)", name, finding->engine)
		       : g_strdup(name);
}

gchar *section_verdict(const Finding *finding)
{
	const gchar *word = verdict_name(finding->verdict);

	word = word ? word : "no verdict";
	if (!finding_as_expected(finding) && finding->expected != VERDICT_NONE)
		return g_strdup_printf("%s, but %s was expected", word,
				       verdict_name(finding->expected));
	if (finding->expected == VERDICT_NONE || finding->expected == VERDICT_OK)
		return g_strdup(word);
	return g_strdup_printf("%s, as expected", word);
}

gchar *section_outcome(const Outcome *outcome)
{
	g_autofree gchar *what = outcome ? outcome_describe(outcome) : NULL;

	if (!outcome)
		return g_strdup("not run");
	return g_strdup_printf("%s: %s", outcome->profile ? outcome->profile : "?", what);
}

static gchar *failed_stderr(const Outcome *outcome)
{
	return outcome && !outcome_passed(outcome) ? text_last_line(outcome->err) : NULL;
}

/* outcome_describe() gives the outcome's own reason. */
static gboolean said_by(const Outcome *outcome, const gchar *reason)
{
	return outcome && !g_strcmp0(outcome->reason, reason);
}

gchar *section_detail(const Finding *finding)
{
	gchar *line;

	if (finding->reason)
		return said_by(finding->baseline, finding->reason) ||
				       said_by(finding->reference, finding->reason)
			       ? NULL
			       : g_strdup(finding->reason);
	line = failed_stderr(finding->baseline);
	return line ? line : failed_stderr(finding->reference);
}

gchar *section_instruction(const Fault *fault)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (!fault->has_insn || !fault_is_of_insn(fault))
		return NULL;
	g_string_append_printf(text, "%08x", fault->insn);
	if (fault->mnemonic)
		g_string_append_printf(text, "  %s", fault->mnemonic);
	if (fault->mnemonic && fault->operands && *fault->operands)
		g_string_append_printf(text, " %s", fault->operands);
	if (fault->feature)
		g_string_append_printf(text, "  (%s%s%s)", fault->feature, fault->arch ? ", " : "",
				       fault->arch ? fault->arch : "");
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* C++ and Rust have names of any length; an offset and a file should still fit beside one. */
static guint name_room(const Page *page)
{
	return page->width ? MAX(page->width - MIN(page->width, PAGE_LABEL + 20), 20) : 0;
}

gchar *section_where(const Fault *fault, guint room)
{
	g_autofree gchar *function = text_fit(fault->function ? fault->function : "", room);
	g_autofree gchar *place =
		fault->function ? fault_place(function, fault->function_offset) : NULL;
	g_autoptr(GString) text = g_string_new(place);

	if (place)
		g_string_append_printf(text, "%s in ",
				       fault->function_nearest ? " (nearest symbol)" : "");
	if (fault->object)
		g_string_append_printf(text, "%s at 0x%" G_GINT64_MODIFIER "x",
				       text_base(fault->object), fault->offset);
	else
		g_string_append_printf(text, "no known file, pc 0x%" G_GINT64_MODIFIER "x",
				       fault->pc);
	if (fault->build_id)
		g_string_append_printf(text, ", build-id %.*s", BUILD_ID_DIGITS, fault->build_id);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* The first thread is what one thinks of anyway. */
static void row_thread(Page *page, const Fault *fault)
{
	g_autofree gchar *text = NULL;

	if (fault->thread <= 1)
		return;
	text = fault->threads ? g_strdup_printf("%u of %u", fault->thread, fault->threads)
			      : g_strdup_printf("%u", fault->thread);
	page_row(page, "thread", text);
}

gchar *section_culprit(const Fault *fault)
{
	g_autoptr(GString) text = g_string_new(fault->culprit);

	if (!fault->culprit)
		return NULL;
	if (fault->culprit_version)
		g_string_append_printf(text, " %s", fault->culprit_version);
	if (fault->culprit_evidence)
		g_string_append_printf(text, " (%s)", fault->culprit_evidence);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

gchar *section_frame(const Frame *frame)
{
	gchar *place = fault_place(frame->function, frame->function_offset);

	return place ? place : g_strdup_printf("0x%" G_GINT64_MODIFIER "x", frame->pc);
}

enum { FRAME_PLACE, FRAME_OBJECT, FRAME_SOURCE, FRAME_CELLS };

static void frame_cells(const Frame *frame, gchar *cells[FRAME_CELLS])
{
	g_autofree gchar *place = section_frame(frame);

	cells[FRAME_PLACE] = text_clean(place);
	cells[FRAME_OBJECT] = text_clean(frame->object ? text_base(frame->object) : "");
	cells[FRAME_SOURCE] = text_clean(frame->source ? text_base(frame->source) : "");
}

static void widen(const Frame *frame, guint widths[FRAME_CELLS])
{
	gchar *cells[FRAME_CELLS];

	frame_cells(frame, cells);
	for (guint i = 0; i < FRAME_CELLS; i++) {
		widths[i] = MAX(widths[i], (guint)g_utf8_strlen(cells[i], -1));
		g_free(cells[i]);
	}
}

/* The last cell of a row is not filled up; more says that frames were left out after this one. */
static void add_frame(Page *page, const Frame *frame, const gchar *label,
		      const guint widths[FRAME_CELLS], gboolean more)
{
	gchar *cells[FRAME_CELLS];
	gboolean source;

	frame_cells(frame, cells);
	source = *cells[FRAME_SOURCE] != '\0';
	page_add(page, STYLE_PLAIN, "  ");
	page_cell(page, STYLE_DIM, label, PAGE_LABEL - 2, FALSE);
	page_cell(page, STYLE_PLAIN, cells[FRAME_PLACE], widths[FRAME_PLACE], FALSE);
	page_add(page, STYLE_PLAIN, "  ");
	page_cell(page, STYLE_PLAIN, cells[FRAME_OBJECT], source ? widths[FRAME_OBJECT] : 0, FALSE);
	page_add(page, STYLE_DIM, source ? "  " : "");
	page_add(page, STYLE_DIM, cells[FRAME_SOURCE]);
	page_add(page, STYLE_DIM, more ? " …\n" : "\n");
	for (guint i = 0; i < FRAME_CELLS; i++)
		g_free(cells[i]);
}

static gboolean starts_at_fault(const Fault *fault)
{
	const Frame *first;

	if (!fault->backtrace->len)
		return FALSE;
	first = g_ptr_array_index(fault->backtrace, 0);
	return first->pc == fault->pc;
}

/* The callers, innermost first, without the frame that "where" has named. */
static void rows_callers(Page *page, const Fault *fault, guint room)
{
	const GPtrArray *frames = fault->backtrace;
	guint from = starts_at_fault(fault) ? 1 : 0;
	guint to = MIN(frames->len, from + room);
	guint widths[FRAME_CELLS] = {0};
	guint rest;

	for (guint i = from; i < to; i++)
		widen(g_ptr_array_index(frames, i), widths);
	rest = PAGE_LABEL + widths[FRAME_OBJECT] + widths[FRAME_SOURCE] + 6;
	if (page->width)
		widths[FRAME_PLACE] =
			MIN(widths[FRAME_PLACE], MAX(page->width - MIN(page->width, rest), 20));
	for (guint i = from; i < to; i++)
		add_frame(page, g_ptr_array_index(frames, i), i == from ? "called from" : "",
			  widths, i + 1 == to && to < frames->len);
}

/* A command broken with backslashes before its options, so that it can still be pasted. */
static void row_replay(Page *page, const gchar *replay)
{
	guint room = page->width > PAGE_LABEL ? page->width - PAGE_LABEL - 2 : 0;
	g_auto(GStrv) parts = g_strsplit(replay, " --", -1);
	Page unlimited = {page->out, page->colour, 0};
	g_autoptr(GString) text = g_string_new(parts[0]);
	glong column = g_utf8_strlen(text->str, -1);

	for (guint i = 1; i < g_strv_length(parts); i++) {
		glong length = g_utf8_strlen(parts[i], -1) + 3;
		gboolean fits = !page->width || column + length <= (glong)room;

		g_string_append_printf(text, "%s--%s", fits ? " " : " \\\n  ", parts[i]);
		column = fits ? column + length : length + 1;
	}
	page_row(&unlimited, "replay", text->str);
}

static const Outcome *faulting(const Finding *finding)
{
	const Outcome *baseline = finding->baseline;

	return baseline && baseline->fault ? baseline : finding->reference;
}

/* Whoever asks the kernel is told what the board has, whatever the CPU model could do. */
static void row_masked(Page *page, const Finding *finding)
{
	const Outcome *outcome = faulting(finding);
	g_autofree gchar *names = NULL;
	g_autofree gchar *text = NULL;

	if (!outcome || !outcome->masked || !*outcome->masked)
		return;
	names = g_strjoinv(" ", outcome->masked);
	text = g_strdup_printf("%s (in the CPU model, not on the board: hidden from the program)",
			       names);
	page_row(page, "masked", text);
}

static void rows_place(Page *page, const Finding *finding, SectionSize size)
{
	const Fault *fault = finding_fault(finding);
	g_autofree gchar *instruction = section_instruction(fault);
	g_autofree gchar *where = section_where(fault, name_room(page));
	g_autofree gchar *culprit = section_culprit(fault);

	page_row(page, "instruction", instruction);
	page_row(page, "where", where);
	if (size == SECTION_FULL) {
		page_row(page, "source", fault->source);
		row_thread(page, fault);
	}
	page_row(page, "culprit", culprit);
	if (size == SECTION_FULL)
		row_masked(page, finding);
}

void section_fault(Page *page, const Finding *finding, SectionSize size, guint lines)
{
	const Fault *fault = finding_fault(finding);
	g_autoptr(GString) above = g_string_new(NULL), below = g_string_new(NULL);
	Page before = {above, page->colour, page->width};
	Page after = {below, page->colour, page->width};
	guint used, room;

	if (finding->package)
		page_row(&before, "package", finding->package);
	if (fault)
		rows_place(&before, finding, size);
	page_row(&after, "way out", finding->advice);
	if (fault && size == SECTION_FULL)
		page_row(&after, "note", fault->note);
	if (finding->replay)
		row_replay(&after, finding->replay);
	used = text_lines(above->str) + text_lines(below->str);
	room = lines > used ? lines - used : 0;
	g_string_append(page->out, above->str);
	if (fault && size == SECTION_FULL)
		rows_callers(page, fault,
			     lines ? CLAMP(room, FRAMES_LEAST, FRAMES_MOST) : FRAMES_MOST);
	g_string_append(page->out, below->str);
}

static void row_outcome(Page *page, const gchar *label, const Outcome *outcome, Verdict verdict)
{
	g_autofree gchar *what = section_outcome(outcome);
	g_autofree gchar *seconds =
		outcome && outcome->kind != OUTCOME_TIMED_OUT && outcome->kind != OUTCOME_SKIPPED
			? g_strdup_printf(", %.2f s", outcome->seconds)
			: NULL;
	const gchar *word = verdict_name(verdict);
	g_autofree gchar *text =
		g_strconcat(what, seconds ? seconds : "", word ? " → " : NULL, word, NULL);

	page_row(page, label, text);
}

void section_finding(Page *page, const Finding *finding)
{
	g_autofree gchar *case_name = text_clean(finding->case_name);
	g_autofree gchar *subject = text_clean(finding->subject);
	g_autofree gchar *verdict = section_verdict(finding);
	g_autofree gchar *detail = section_detail(finding);

	page_add(page, STYLE_BOLD, case_name);
	page_add(page, STYLE_PLAIN, " with ");
	page_add(page, STYLE_BOLD, subject);
	page_add(page, STYLE_PLAIN, ": ");
	page_add(page, section_style(finding->verdict), verdict);
	page_add(page, STYLE_PLAIN, "\n");
	page_row(page, "meaning", section_meaning(finding->verdict));
	row_outcome(page, "baseline", finding->baseline, VERDICT_NONE);
	row_outcome(page, "reference", finding->reference, VERDICT_NONE);
	for (guint i = 0; i < finding->columns->len; i++) {
		const Column *column = g_ptr_array_index(finding->columns, i);

		row_outcome(page, i ? "" : "also", column->outcome, column->verdict);
	}
	page_row(page, finding->reason ? "reason" : "stderr", detail);
	section_fault(page, finding, SECTION_FULL, 0);
}
