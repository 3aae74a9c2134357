#include "report/read.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "report/lexis.h"
#include "report/schema.h"

/* Takes a value that is not null into a member of the model. An error begins with ": expected", or
 * with the path below this value; each level puts its own step before it. */
typedef gboolean (*Take)(JsonNode *node, gpointer to, GError **error);

typedef struct {
	const gchar *name;
	Take take;
	gsize at;            /* offset in the struct */
	const gchar *needed; /* what is expected, where it must not be null */
} Member;

static gboolean expected(const gchar *what, GError **error)
{
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE, ": expected %s", what);
	return FALSE;
}

/* NULL where it is null or missing. */
static JsonNode *get(JsonObject *object, const gchar *name)
{
	JsonNode *node = json_object_get_member(object, name);

	return node && !JSON_NODE_HOLDS_NULL(node) ? node : NULL;
}

static gboolean take_member(JsonObject *object, const Member *member, gpointer to, GError **error)
{
	JsonNode *node = get(object, member->name);
	gboolean taken = node ? member->take(node, (gchar *)to + member->at, error)
			      : !member->needed || expected(member->needed, error);

	if (!taken)
		g_prefix_error(error, ".%s", member->name);
	return taken;
}

static gboolean take_members(JsonNode *node, const Member *members, gpointer to, GError **error)
{
	if (!JSON_NODE_HOLDS_OBJECT(node))
		return expected("an object", error);
	for (; members->name; members++)
		if (!take_member(json_node_get_object(node), members, to, error))
			return FALSE;
	return TRUE;
}

/* Takes each element of a list; to is the same for all. */
static gboolean take_list(JsonNode *node, Take take, gpointer to, GError **error)
{
	JsonArray *list = JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;

	if (!list)
		return expected("a list", error);
	for (guint i = 0; i < json_array_get_length(list); i++)
		if (!take(json_array_get_element(list, i), to, error)) {
			g_prefix_error(error, "[%u]", i);
			return FALSE;
		}
	return TRUE;
}

static const gchar *string_of(JsonNode *node)
{
	return json_node_get_value_type(node) == G_TYPE_STRING ? json_node_get_string(node) : NULL;
}

static gboolean take_string(JsonNode *node, gpointer to, GError **error)
{
	const gchar *text = string_of(node);

	if (!text)
		return expected("a string", error);
	g_free(*(gchar **)to);
	*(gchar **)to = g_strdup(text);
	return TRUE;
}

static gboolean append_string(JsonNode *node, gpointer to, GError **error)
{
	const gchar *text = string_of(node);

	if (!text)
		return expected("a string", error);
	g_strv_builder_add(to, text);
	return TRUE;
}

static gboolean take_strings(JsonNode *node, gpointer to, GError **error)
{
	g_autoptr(GStrvBuilder) strings = g_strv_builder_new();

	if (!take_list(node, append_string, strings, error))
		return FALSE;
	g_strfreev(*(gchar ***)to);
	*(gchar ***)to = g_strv_builder_end(strings);
	return TRUE;
}

static gboolean take_bool(JsonNode *node, gpointer to, GError **error)
{
	if (json_node_get_value_type(node) != G_TYPE_BOOLEAN)
		return expected("true or false", error);
	*(gboolean *)to = json_node_get_boolean(node);
	return TRUE;
}

static gboolean take_seconds(JsonNode *node, gpointer to, GError **error)
{
	GType type = json_node_get_value_type(node);
	gdouble seconds =
		type == G_TYPE_INT64 || type == G_TYPE_DOUBLE ? json_node_get_double(node) : -1;

	if (!isfinite(seconds) || seconds < 0)
		return expected("a number of seconds", error);
	*(gdouble *)to = seconds;
	return TRUE;
}

/* -1 where it is none. */
static gint64 count_of(JsonNode *node, gint64 most)
{
	gint64 count =
		json_node_get_value_type(node) == G_TYPE_INT64 ? json_node_get_int(node) : -1;

	return count <= most ? count : -1;
}

static gboolean take_count(JsonNode *node, gpointer to, GError **error)
{
	gint64 count = count_of(node, G_MAXINT64);

	if (count < 0)
		return expected("a number from 0", error);
	*(guint64 *)to = (guint64)count;
	return TRUE;
}

static gboolean take_small(JsonNode *node, gpointer to, GError **error)
{
	gint64 count = count_of(node, G_MAXINT);

	if (count < 0)
		return expected("a number from 0 to 2147483647", error);
	*(guint *)to = (guint)count;
	return TRUE;
}

static gboolean take_status(JsonNode *node, gpointer to, GError **error)
{
	gint64 status = count_of(node, 255);

	if (status < 0)
		return expected("an exit status, 0 to 255", error);
	*(int *)to = (int)status;
	return TRUE;
}

/* "0x" and that many digits at most. */
static gboolean parse_hex(JsonNode *node, gsize most, guint64 *value)
{
	const gchar *text = string_of(node);
	gsize digits = text && g_str_has_prefix(text, "0x") ? strlen(text + 2) : 0;

	if (!digits || digits > most || strspn(text + 2, "0123456789abcdefABCDEF") != digits)
		return FALSE;
	*value = g_ascii_strtoull(text + 2, NULL, 16);
	return TRUE;
}

static gboolean take_hex(JsonNode *node, gpointer to, GError **error)
{
	return parse_hex(node, 16, to) || expected("a string of hexadecimal digits", error);
}

static gboolean take_insn(JsonNode *node, gpointer to, GError **error)
{
	Fault *fault = to;
	guint64 word;

	if (!parse_hex(node, 8, &word))
		return expected("a string of up to 8 hexadecimal digits", error);
	fault->insn = (guint32)word;
	fault->has_insn = TRUE;
	return TRUE;
}

/* A status of wait() has seven bits for it. */
static gboolean take_signal(JsonNode *node, gpointer to, GError **error)
{
	const gchar *text = string_of(node);

	for (int signal = 1; text && signal < 128; signal++) {
		g_autofree gchar *name = fault_signal_name(signal);

		if (g_str_equal(text, name)) {
			*(int *)to = signal;
			return TRUE;
		}
	}
	return expected("the name of a signal", error);
}

static gboolean take_verdict(JsonNode *node, gpointer to, GError **error)
{
	const gchar *word = string_of(node);

	return (word && verdict_parse(word, to)) || expected("a verdict", error);
}

static gboolean take_kind(JsonNode *node, gpointer to, GError **error)
{
	const gchar *word = string_of(node);

	for (guint i = 0; word && i < REPORT_OUTCOMES; i++)
		if (g_str_equal(word, report_outcomes[i])) {
			*(OutcomeKind *)to = (OutcomeKind)i;
			return TRUE;
		}
	return expected("an outcome", error);
}

#define AT(type, field) offsetof(type, field)

static const Member outcome_members[] = {
	{"profile", take_string, AT(Outcome, profile), NULL},
	{"outcome", take_kind, AT(Outcome, kind), "an outcome"},
	{"exit", take_status, AT(Outcome, code), NULL},
	{"signal", take_signal, AT(Outcome, signal), NULL},
	{"seconds", take_seconds, AT(Outcome, seconds), "a number of seconds"},
	{"max_rss_kib", take_count, AT(Outcome, max_rss), NULL},
	{"hwcaps", take_strings, AT(Outcome, hwcaps), NULL},
	{"masked", take_strings, AT(Outcome, masked), NULL},
	{"stderr", take_string, AT(Outcome, err), NULL},
	{"reason", take_string, AT(Outcome, reason), NULL},
	{NULL, NULL, 0, NULL},
};

/* What is needed for some kinds only. */
static const Member ends[REPORT_OUTCOMES][2] = {
	[OUTCOME_EXITED] = {{"exit", take_status, AT(Outcome, code), "an exit status, 0 to 255"}},
	[OUTCOME_SIGNALLED] = {{"signal", take_signal, AT(Outcome, signal),
				"the name of a signal"}},
};

static gboolean take_outcome(JsonNode *node, gpointer to, GError **error)
{
	g_autoptr(Outcome) outcome = outcome_new(NULL);

	if (!take_members(node, outcome_members, outcome, error) ||
	    !take_members(node, ends[outcome->kind], outcome, error))
		return FALSE;
	*(Outcome **)to = g_steal_pointer(&outcome);
	return TRUE;
}

static gboolean take_column(JsonNode *node, gpointer to, GError **error)
{
	static const Member members[] = {
		{"verdict", take_verdict, AT(Column, verdict), NULL},
		{NULL, NULL, 0, NULL},
	};
	Column *column = g_new0(Column, 1);

	g_ptr_array_add(to, column);
	column->verdict = VERDICT_NONE;
	return take_outcome(node, &column->outcome, error) &&
	       take_members(node, members, column, error);
}

static gboolean take_columns(JsonNode *node, gpointer to, GError **error)
{
	return take_list(node, take_column, *(GPtrArray **)to, error);
}

static gboolean take_frame(JsonNode *node, gpointer to, GError **error)
{
	static const Member members[] = {
		{"pc", take_hex, AT(Frame, pc), "a string of hexadecimal digits"},
		{"object", take_string, AT(Frame, object), NULL},
		{"offset", take_hex, AT(Frame, offset), NULL},
		{"function", take_string, AT(Frame, function), NULL},
		{"function_offset", take_count, AT(Frame, function_offset), NULL},
		{"source", take_string, AT(Frame, source), NULL},
		{NULL, NULL, 0, NULL},
	};
	Frame *frame = frame_new(0);

	g_ptr_array_add(to, frame);
	return take_members(node, members, frame, error);
}

static gboolean take_backtrace(JsonNode *node, gpointer to, GError **error)
{
	return take_list(node, take_frame, *(GPtrArray **)to, error);
}

static const Member fault_members[] = {
	{"signal", take_signal, AT(Fault, signal), NULL},
	{"pc", take_hex, AT(Fault, pc), "a string of hexadecimal digits"},
	{"insn", take_insn, 0, NULL},
	{"mnemonic", take_string, AT(Fault, mnemonic), NULL},
	{"operands", take_string, AT(Fault, operands), NULL},
	{"feature", take_string, AT(Fault, feature), NULL},
	{"arch", take_string, AT(Fault, arch), NULL},
	{"object", take_string, AT(Fault, object), NULL},
	{"build_id", take_string, AT(Fault, build_id), NULL},
	{"offset", take_hex, AT(Fault, offset), NULL},
	{"function", take_string, AT(Fault, function), NULL},
	{"function_offset", take_count, AT(Fault, function_offset), NULL},
	{"function_nearest", take_bool, AT(Fault, function_nearest), "true or false"},
	{"source", take_string, AT(Fault, source), NULL},
	{"thread", take_small, AT(Fault, thread), NULL},
	{"threads", take_small, AT(Fault, threads), NULL},
	{"culprit", take_string, AT(Fault, culprit), NULL},
	{"culprit_version", take_string, AT(Fault, culprit_version), NULL},
	{"culprit_evidence", take_string, AT(Fault, culprit_evidence), NULL},
	{"napi_rs", take_string, AT(Fault, napi_rs), NULL},
	{"backtrace", take_backtrace, AT(Fault, backtrace), "a list"},
	{"note", take_string, AT(Fault, note), NULL},
	{NULL, NULL, 0, NULL},
};

static gboolean died_of(const Outcome *outcome, const Fault *fault)
{
	return outcome && outcome->kind == OUTCOME_SIGNALLED && outcome->signal == fault->signal;
}

/* The baseline's, unless only the reference can have died of it: see finding_fault(). */
static Outcome *owner(const Finding *finding, const Fault *fault)
{
	gboolean later = !finding->baseline || outcome_passed(finding->baseline) ||
			 (died_of(finding->reference, fault) && !died_of(finding->baseline, fault));

	return later && finding->reference ? finding->reference : finding->baseline;
}

/* The outcomes are there already. */
static gboolean take_fault(JsonNode *node, gpointer to, GError **error)
{
	g_autoptr(Fault) fault = fault_new(0);
	Outcome *outcome;

	if (!take_members(node, fault_members, fault, error))
		return FALSE;
	outcome = owner(to, fault);
	if (!outcome)
		return expected("null where nothing was run", error);
	outcome->fault = g_steal_pointer(&fault);
	return TRUE;
}

static const Member finding_members[] = {
	{"case", take_string, AT(Finding, case_name), NULL},
	{"subject", take_string, AT(Finding, subject), NULL},
	{"package", take_string, AT(Finding, package), NULL},
	{"engine", take_string, AT(Finding, engine), NULL},
	{"verdict", take_verdict, AT(Finding, verdict), NULL},
	{"expected", take_verdict, AT(Finding, expected), NULL},
	{"resumed", take_bool, AT(Finding, resumed), "true or false"},
	{"reason", take_string, AT(Finding, reason), NULL},
	{"baseline", take_outcome, AT(Finding, baseline), NULL},
	{"reference", take_outcome, AT(Finding, reference), NULL},
	{"columns", take_columns, AT(Finding, columns), "a list"},
	{"fault", take_fault, 0, NULL},
	{"advice", take_string, AT(Finding, advice), NULL},
	{"replay", take_string, AT(Finding, replay), NULL},
	{NULL, NULL, 0, NULL},
};

static gboolean take_finding(JsonNode *node, gpointer to, GError **error)
{
	Finding *finding = finding_new(NULL, NULL, NULL);

	g_ptr_array_add(to, finding);
	return take_members(node, finding_members, finding, error);
}

static gboolean take_findings(JsonNode *node, gpointer to, GError **error)
{
	return take_list(node, take_finding, *(GPtrArray **)to, error);
}

static gboolean take_disagreement(JsonNode *node, gpointer to, GError **error)
{
	static const Member members[] = {
		{"case", take_string, AT(Disagreement, case_name), NULL},
		{"subject", take_string, AT(Disagreement, subject), NULL},
		{"what", take_string, AT(Disagreement, what), NULL},
		{"declared", take_bool, AT(Disagreement, declared), "true or false"},
		{NULL, NULL, 0, NULL},
	};
	Disagreement *disagreement = g_new0(Disagreement, 1);

	g_ptr_array_add(to, disagreement);
	return take_members(node, members, disagreement, error);
}

static gboolean take_disagreements(JsonNode *node, gpointer to, GError **error)
{
	return take_list(node, take_disagreement, *(GPtrArray **)to, error);
}

static gboolean take_rig(JsonNode *node, gpointer to, GError **error)
{
	static const Member members[] = {
		{"version", take_string, AT(Results, rig_version), NULL},
		{"qemu", take_string, AT(Results, qemu), NULL},
		{"host", take_string, AT(Results, host), NULL},
		{NULL, NULL, 0, NULL},
	};

	return take_members(node, members, to, error);
}

static gboolean take_schema(JsonNode *node, G_GNUC_UNUSED gpointer to, GError **error)
{
	return !g_strcmp0(string_of(node), REPORT_SCHEMA) || expected(REPORT_SCHEMA, error);
}

/* The schema first: another one may have any members. */
static const Member results_members[] = {
	{"schema", take_schema, 0, REPORT_SCHEMA},
	{"rig", take_rig, 0, "an object"},
	{"baseline", take_string, AT(Results, baseline), NULL},
	{"reference", take_string, AT(Results, reference), NULL},
	{"seconds", take_seconds, AT(Results, seconds), "a number of seconds"},
	{"interrupted", take_bool, AT(Results, interrupted), "true or false"},
	{"findings", take_findings, AT(Results, findings), "a list"},
	{"disagreements", take_disagreements, AT(Results, disagreements), NULL},
	{NULL, NULL, 0, NULL},
};

/* All findings that were run have the same columns. */
static void name_columns(Results *results)
{
	for (guint i = 0; i < results->findings->len && !results->profiles->len; i++) {
		const Finding *finding = g_ptr_array_index(results->findings, i);

		for (guint c = 0; c < finding->columns->len; c++) {
			const Column *column = g_ptr_array_index(finding->columns, c);
			const gchar *profile = column->outcome->profile;

			g_ptr_array_add(results->profiles, g_strdup(profile ? profile : "?"));
		}
	}
}

/* Errors so far begin with ".findings[3]", or with ":" for the whole. */
static void finish_error(GError *error)
{
	g_autofree gchar *message = error->message;

	error->message =
		*message == '.' ? g_strdup(message + 1) : g_strconcat("the text", message, NULL);
}

static JsonNode *parse(const gchar *text, guint line, GError **error)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autoptr(GError) why = NULL;
	JsonNode *root;

	if (!lexis_check(text, line, error))
		return NULL;
	root = json_parser_load_from_data(parser, text, -1, &why) ? json_parser_steal_root(parser)
								  : NULL;
	if (!root)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE, "no JSON: %s",
			    why ? why->message : "there is nothing in it");
	return root;
}

Results *report_read_at(const gchar *text, guint line, GError **error)
{
	g_autoptr(Results) results = results_new();
	g_autoptr(JsonNode) root = parse(text, line, error);
	g_autoptr(GError) why = NULL;

	if (!root)
		return NULL;
	if (take_members(root, results_members, results, &why)) {
		name_columns(results);
		return g_steal_pointer(&results);
	}
	finish_error(why);
	if (line > 1)
		g_prefix_error(&why, "line %u: ", line);
	g_propagate_error(error, g_steal_pointer(&why));
	return NULL;
}

Results *report_read(const gchar *text, GError **error)
{
	return report_read_at(text, 1, error);
}
