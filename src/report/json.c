#include "report/json.h"
#include "report/report.h"
#include "report/scan.h"

#include <json-glib/json-glib.h>

#include "report/member.h"
#include "report/schema.h"
#include "report/text.h"

const gchar *const report_outcomes[REPORT_OUTCOMES] = {
	[OUTCOME_EXITED] = "exited",      [OUTCOME_SIGNALLED] = "signalled",
	[OUTCOME_WRONG] = "wrong-output", [OUTCOME_TIMED_OUT] = "timed-out",
	[OUTCOME_SKIPPED] = "skipped",    [OUTCOME_RIG_FAULT] = "rig-fault",
};

static void add_seconds(JsonBuilder *json, gdouble seconds)
{
	json_builder_set_member_name(json, "seconds");
	json_builder_add_double_value(json, seconds);
}

static void add_signal(JsonBuilder *json, int signal)
{
	g_autofree gchar *name = signal ? fault_signal_name(signal) : NULL;

	member_string(json, "signal", name);
}

static void add_outcome_members(JsonBuilder *json, const Outcome *outcome)
{
	g_autofree gchar *line = outcome_passed(outcome) ? NULL : text_last_line(outcome->err);

	member_string(json, "profile", outcome->profile);
	member_string(json, "outcome", report_outcomes[outcome->kind]);
	member_count(json, "exit", (guint64)outcome->code,
		     outcome->kind == OUTCOME_EXITED || outcome->kind == OUTCOME_WRONG);
	add_signal(json, outcome->kind == OUTCOME_SIGNALLED ? outcome->signal : 0);
	member_bool(json, "timed_out", outcome->kind == OUTCOME_TIMED_OUT);
	add_seconds(json, outcome->seconds);
	member_count(json, "max_rss_kib", outcome->max_rss, outcome->max_rss > 0);
	member_strings(json, "hwcaps", outcome->hwcaps);
	member_strings(json, "masked", outcome->masked);
	member_string(json, "stderr", line);
	member_string(json, "reason", outcome->reason);
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
		member_string(json, "verdict", verdict_name(column->verdict));
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
		member_hex(json, "pc", frame->pc);
		member_string(json, "object", frame->object);
		if (frame->object)
			member_hex(json, "offset", frame->offset);
		else
			member_string(json, "offset", NULL);
		member_string(json, "function", frame->function);
		member_count(json, "function_offset", frame->function_offset,
			     frame->function != NULL);
		member_string(json, "source", frame->source);
		json_builder_end_object(json);
	}
	json_builder_end_array(json);
}

static void add_instruction(JsonBuilder *json, const Fault *fault)
{
	g_autofree gchar *insn = fault->has_insn ? g_strdup_printf("0x%08x", fault->insn) : NULL;

	member_string(json, "insn", insn);
	member_string(json, "mnemonic", fault->mnemonic);
	member_string(json, "operands", fault->operands);
	member_string(json, "feature", fault->feature);
	member_string(json, "arch", fault->arch);
}

static void add_place(JsonBuilder *json, const Fault *fault)
{
	member_string(json, "object", fault->object);
	member_string(json, "build_id", fault->build_id);
	if (fault->object)
		member_hex(json, "offset", fault->offset);
	else
		member_string(json, "offset", NULL);
	member_string(json, "function", fault->function);
	member_count(json, "function_offset", fault->function_offset, fault->function != NULL);
	member_bool(json, "function_nearest", fault->function_nearest);
	member_string(json, "source", fault->source);
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
	member_hex(json, "pc", fault->pc);
	add_instruction(json, fault);
	add_place(json, fault);
	member_count(json, "thread", fault->thread, fault->thread > 0);
	member_count(json, "threads", fault->threads, fault->threads > 0);
	member_string(json, "culprit", fault->culprit);
	member_string(json, "culprit_version", fault->culprit_version);
	member_string(json, "culprit_evidence", fault->culprit_evidence);
	member_string(json, "napi_rs", fault->napi_rs);
	add_backtrace(json, fault->backtrace);
	member_string(json, "note", fault->note);
	json_builder_end_object(json);
}

void json_finding(JsonBuilder *json, const Finding *finding)
{
	json_builder_begin_object(json);
	member_string(json, "case", finding->case_name);
	member_string(json, "subject", finding->subject);
	member_string(json, "package", finding->package);
	member_string(json, "engine", finding->engine);
	member_string(json, "verdict", verdict_name(finding->verdict));
	member_string(json, "expected", verdict_name(finding->expected));
	member_bool(json, "as_expected", finding_as_expected(finding));
	member_bool(json, "resumed", finding->resumed);
	member_string(json, "reason", finding->reason);
	add_outcome(json, "baseline", finding->baseline);
	add_outcome(json, "reference", finding->reference);
	add_columns(json, finding->columns);
	add_fault(json, finding_fault(finding));
	member_string(json, "advice", finding->advice);
	member_string(json, "replay", finding->replay);
	json_builder_end_object(json);
}

void json_rig(JsonBuilder *json, const Results *results)
{
	json_builder_set_member_name(json, "rig");
	json_builder_begin_object(json);
	member_string(json, "version", results->rig_version);
	member_string(json, "qemu", results->qemu);
	member_string(json, "host", results->host);
	json_builder_end_object(json);
}

static void add_findings(JsonBuilder *json, const GPtrArray *findings)
{
	json_builder_set_member_name(json, "findings");
	json_builder_begin_array(json);
	for (guint i = 0; i < findings->len; i++)
		json_finding(json, g_ptr_array_index(findings, i));
	json_builder_end_array(json);
}

static void add_disagreements(JsonBuilder *json, const GPtrArray *disagreements)
{
	json_builder_set_member_name(json, "disagreements");
	json_builder_begin_array(json);
	for (guint i = 0; i < disagreements->len; i++) {
		const Disagreement *disagreement = g_ptr_array_index(disagreements, i);

		json_builder_begin_object(json);
		member_string(json, "case", disagreement->case_name);
		member_string(json, "subject", disagreement->subject);
		member_string(json, "what", disagreement->what);
		member_bool(json, "declared", disagreement->declared);
		json_builder_end_object(json);
	}
	json_builder_end_array(json);
}

static void add_audit(JsonBuilder *json, const Scan *audit)
{
	json_builder_set_member_name(json, "audit");
	if (!audit) {
		json_builder_add_null_value(json);
		return;
	}
	json_builder_begin_object(json);
	scan_members(json, audit);
	json_builder_end_object(json);
}

static void add_summary(JsonBuilder *json, const Results *results)
{
	json_builder_set_member_name(json, "summary");
	json_builder_begin_object(json);
	for (int verdict = 0; verdict < VERDICT_COUNT; verdict++)
		member_count(json, verdict_name((Verdict)verdict),
			     results_count(results, (Verdict)verdict), TRUE);
	member_count(json, "unexpected", results_unexpected(results), TRUE);
	json_builder_end_object(json);
}

static gchar *to_text(const Results *results, gboolean pretty)
{
	g_autoptr(JsonBuilder) json = json_builder_new();

	json_builder_begin_object(json);
	member_string(json, "schema", REPORT_SCHEMA);
	json_rig(json, results);
	member_string(json, "baseline", results->baseline);
	member_string(json, "reference", results->reference);
	add_seconds(json, results->seconds);
	member_bool(json, "interrupted", results->interrupted);
	add_findings(json, results->findings);
	add_disagreements(json, results->disagreements);
	add_audit(json, results->audit);
	add_summary(json, results);
	json_builder_end_object(json);
	return member_text(json, pretty);
}

gchar *report_json(const Results *results, G_GNUC_UNUSED gboolean colour, G_GNUC_UNUSED guint width)
{
	return to_text(results, TRUE);
}

gchar *report_json_line(const Results *results)
{
	return to_text(results, FALSE);
}
