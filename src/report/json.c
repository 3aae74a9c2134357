#include "report/report.h"

#include <json-glib/json-glib.h>

#include "report/schema.h"
#include "report/text.h"

const gchar *const report_outcomes[REPORT_OUTCOMES] = {
	[OUTCOME_EXITED] = "exited",      [OUTCOME_SIGNALLED] = "signalled",
	[OUTCOME_WRONG] = "wrong-output", [OUTCOME_TIMED_OUT] = "timed-out",
	[OUTCOME_SKIPPED] = "skipped",    [OUTCOME_RIG_FAULT] = "rig-fault",
};

static void add_string(JsonBuilder *json, const gchar *name, const gchar *value)
{
	json_builder_set_member_name(json, name);
	if (value) {
		g_autofree gchar *valid = g_utf8_make_valid(value, -1);

		json_builder_add_string_value(json, valid);
	} else {
		json_builder_add_null_value(json);
	}
}

/* A JSON number is a double to most readers, which holds 53 bits: addresses are strings. */
static void add_hex(JsonBuilder *json, const gchar *name, guint64 value)
{
	g_autofree gchar *text = g_strdup_printf("0x%" G_GINT64_MODIFIER "x", value);

	add_string(json, name, text);
}

static void add_count(JsonBuilder *json, const gchar *name, guint64 value, gboolean known)
{
	json_builder_set_member_name(json, name);
	if (known)
		json_builder_add_int_value(json, (gint64)value);
	else
		json_builder_add_null_value(json);
}

static void add_bool(JsonBuilder *json, const gchar *name, gboolean value)
{
	json_builder_set_member_name(json, name);
	json_builder_add_boolean_value(json, value);
}

static void add_seconds(JsonBuilder *json, gdouble seconds)
{
	json_builder_set_member_name(json, "seconds");
	json_builder_add_double_value(json, seconds);
}

static void add_signal(JsonBuilder *json, int signal)
{
	g_autofree gchar *name = signal ? fault_signal_name(signal) : NULL;

	add_string(json, "signal", name);
}

/* NULL is null, not an empty list. */
static void add_strings(JsonBuilder *json, const gchar *name, gchar *const *values)
{
	json_builder_set_member_name(json, name);
	if (!values) {
		json_builder_add_null_value(json);
		return;
	}
	json_builder_begin_array(json);
	for (; *values; values++) {
		g_autofree gchar *valid = g_utf8_make_valid(*values, -1);

		json_builder_add_string_value(json, valid);
	}
	json_builder_end_array(json);
}

static void add_outcome_members(JsonBuilder *json, const Outcome *outcome)
{
	g_autofree gchar *line = outcome_passed(outcome) ? NULL : text_last_line(outcome->err);

	add_string(json, "profile", outcome->profile);
	add_string(json, "outcome", report_outcomes[outcome->kind]);
	add_count(json, "exit", (guint64)outcome->code,
		  outcome->kind == OUTCOME_EXITED || outcome->kind == OUTCOME_WRONG);
	add_signal(json, outcome->kind == OUTCOME_SIGNALLED ? outcome->signal : 0);
	add_bool(json, "timed_out", outcome->kind == OUTCOME_TIMED_OUT);
	add_seconds(json, outcome->seconds);
	add_count(json, "max_rss_kib", outcome->max_rss, outcome->max_rss > 0);
	add_strings(json, "hwcaps", outcome->hwcaps);
	add_strings(json, "masked", outcome->masked);
	add_string(json, "stderr", line);
	add_string(json, "reason", outcome->reason);
}

static void add_outcome(JsonBuilder *json, const gchar *name, const Outcome *outcome)
{
	json_builder_set_member_name(json, name);
	if (!outcome) {
		json_builder_add_null_value(json);
		return;
	}
	json_builder_begin_object(json);
	add_outcome_members(json, outcome);
	json_builder_end_object(json);
}

static void add_columns(JsonBuilder *json, const GPtrArray *columns)
{
	json_builder_set_member_name(json, "columns");
	json_builder_begin_array(json);
	for (guint i = 0; i < columns->len; i++) {
		const Column *column = g_ptr_array_index(columns, i);

		json_builder_begin_object(json);
		add_outcome_members(json, column->outcome);
		add_string(json, "verdict", verdict_name(column->verdict));
		json_builder_end_object(json);
	}
	json_builder_end_array(json);
}

static void add_backtrace(JsonBuilder *json, const GPtrArray *backtrace)
{
	json_builder_set_member_name(json, "backtrace");
	json_builder_begin_array(json);
	for (guint i = 0; i < backtrace->len; i++) {
		const Frame *frame = g_ptr_array_index(backtrace, i);

		json_builder_begin_object(json);
		add_hex(json, "pc", frame->pc);
		add_string(json, "object", frame->object);
		if (frame->object)
			add_hex(json, "offset", frame->offset);
		else
			add_string(json, "offset", NULL);
		add_string(json, "function", frame->function);
		add_count(json, "function_offset", frame->function_offset, frame->function != NULL);
		add_string(json, "source", frame->source);
		json_builder_end_object(json);
	}
	json_builder_end_array(json);
}

static void add_instruction(JsonBuilder *json, const Fault *fault)
{
	g_autofree gchar *insn = fault->has_insn ? g_strdup_printf("0x%08x", fault->insn) : NULL;

	add_string(json, "insn", insn);
	add_string(json, "mnemonic", fault->mnemonic);
	add_string(json, "operands", fault->operands);
	add_string(json, "feature", fault->feature);
	add_string(json, "arch", fault->arch);
}

static void add_place(JsonBuilder *json, const Fault *fault)
{
	add_string(json, "object", fault->object);
	add_string(json, "build_id", fault->build_id);
	if (fault->object)
		add_hex(json, "offset", fault->offset);
	else
		add_string(json, "offset", NULL);
	add_string(json, "function", fault->function);
	add_count(json, "function_offset", fault->function_offset, fault->function != NULL);
	add_bool(json, "function_nearest", fault->function_nearest);
	add_string(json, "source", fault->source);
}

static void add_fault(JsonBuilder *json, const Fault *fault)
{
	json_builder_set_member_name(json, "fault");
	if (!fault) {
		json_builder_add_null_value(json);
		return;
	}
	json_builder_begin_object(json);
	add_signal(json, fault->signal);
	add_hex(json, "pc", fault->pc);
	add_instruction(json, fault);
	add_place(json, fault);
	add_count(json, "thread", fault->thread, fault->thread > 0);
	add_count(json, "threads", fault->threads, fault->threads > 0);
	add_string(json, "culprit", fault->culprit);
	add_string(json, "culprit_version", fault->culprit_version);
	add_string(json, "culprit_evidence", fault->culprit_evidence);
	add_string(json, "napi_rs", fault->napi_rs);
	add_backtrace(json, fault->backtrace);
	add_string(json, "note", fault->note);
	json_builder_end_object(json);
}

static void add_finding(JsonBuilder *json, const Finding *finding)
{
	json_builder_begin_object(json);
	add_string(json, "case", finding->case_name);
	add_string(json, "subject", finding->subject);
	add_string(json, "package", finding->package);
	add_string(json, "engine", finding->engine);
	add_string(json, "verdict", verdict_name(finding->verdict));
	add_string(json, "expected", verdict_name(finding->expected));
	add_bool(json, "as_expected", finding_as_expected(finding));
	add_bool(json, "resumed", finding->resumed);
	add_string(json, "reason", finding->reason);
	add_outcome(json, "baseline", finding->baseline);
	add_outcome(json, "reference", finding->reference);
	add_columns(json, finding->columns);
	add_fault(json, finding_fault(finding));
	add_string(json, "advice", finding->advice);
	add_string(json, "replay", finding->replay);
	json_builder_end_object(json);
}

static void add_rig(JsonBuilder *json, const Results *results)
{
	json_builder_set_member_name(json, "rig");
	json_builder_begin_object(json);
	add_string(json, "version", results->rig_version);
	add_string(json, "qemu", results->qemu);
	add_string(json, "host", results->host);
	json_builder_end_object(json);
}

static void add_findings(JsonBuilder *json, const GPtrArray *findings)
{
	json_builder_set_member_name(json, "findings");
	json_builder_begin_array(json);
	for (guint i = 0; i < findings->len; i++)
		add_finding(json, g_ptr_array_index(findings, i));
	json_builder_end_array(json);
}

static void add_disagreements(JsonBuilder *json, const GPtrArray *disagreements)
{
	json_builder_set_member_name(json, "disagreements");
	json_builder_begin_array(json);
	for (guint i = 0; i < disagreements->len; i++) {
		const Disagreement *disagreement = g_ptr_array_index(disagreements, i);

		json_builder_begin_object(json);
		add_string(json, "case", disagreement->case_name);
		add_string(json, "subject", disagreement->subject);
		add_string(json, "what", disagreement->what);
		add_bool(json, "declared", disagreement->declared);
		json_builder_end_object(json);
	}
	json_builder_end_array(json);
}

static void add_summary(JsonBuilder *json, const Results *results)
{
	json_builder_set_member_name(json, "summary");
	json_builder_begin_object(json);
	for (int verdict = 0; verdict < VERDICT_COUNT; verdict++)
		add_count(json, verdict_name((Verdict)verdict),
			  results_count(results, (Verdict)verdict), TRUE);
	add_count(json, "unexpected", results_unexpected(results), TRUE);
	json_builder_end_object(json);
}

static gchar *to_text(const Results *results, gboolean pretty)
{
	g_autoptr(JsonBuilder) json = json_builder_new();
	g_autoptr(JsonNode) root = NULL;
	g_autofree gchar *text = NULL;

	json_builder_begin_object(json);
	add_string(json, "schema", REPORT_SCHEMA);
	add_rig(json, results);
	add_string(json, "baseline", results->baseline);
	add_string(json, "reference", results->reference);
	add_seconds(json, results->seconds);
	add_bool(json, "interrupted", results->interrupted);
	add_findings(json, results->findings);
	add_disagreements(json, results->disagreements);
	add_summary(json, results);
	json_builder_end_object(json);
	root = json_builder_get_root(json);
	text = json_to_string(root, pretty);
	return g_strconcat(text, "\n", NULL);
}

gchar *report_json(const Results *results, G_GNUC_UNUSED gboolean colour, G_GNUC_UNUSED guint width)
{
	return to_text(results, TRUE);
}

gchar *report_json_line(const Results *results)
{
	return to_text(results, FALSE);
}
