/*
 * What report_json() writes comes back: the texts kept in tests/golden/report, and Results built
 * here; and what is damaged is refused with the place of the damage. Run from the top of the source
 * tree.
 */
#include <signal.h>
#include <string.h>

#include "base/error.h"
#include "report/read.h"
#include "report/report.h"

static const gchar golden[] = "tests/golden/report";

static gchar *load(const gchar *name)
{
	g_autofree gchar *path = g_build_filename(golden, name, NULL);
	g_autoptr(GError) error = NULL;
	gchar *text;

	g_file_get_contents(path, &text, NULL, &error);
	g_assert_no_error(error);
	return text;
}

static Results *read_well(const gchar *text)
{
	g_autoptr(GError) error = NULL;
	Results *results = report_read(text, &error);

	g_assert_no_error(error);
	g_assert_nonnull(results);
	return results;
}

static void assert_same(const gchar *text)
{
	g_autoptr(Results) results = read_well(text);
	g_autofree gchar *again = report_json(results, FALSE, 0);

	g_assert_cmpstr(again, ==, text);
}

/* A line holds what the text of many lines does. */
static void assert_same_line(const gchar *text)
{
	g_autoptr(Results) results = read_well(text);
	g_autofree gchar *line = report_json_line(results);

	g_assert_true(strchr(line, '\n') == line + strlen(line) - 1);
	results_free(g_steal_pointer(&results));
	results = read_well(line);
	g_free(line);
	line = report_json(results, FALSE, 0);
	g_assert_cmpstr(line, ==, text);
}

static void test_golden(void)
{
	g_autoptr(GDir) dir = g_dir_open(golden, 0, NULL);
	const gchar *name;
	guint count = 0;

	g_assert_nonnull(dir);
	while ((name = g_dir_read_name(dir))) {
		g_autofree gchar *text = g_str_has_suffix(name, ".json") ? load(name) : NULL;

		if (text) {
			assert_same(text);
			assert_same_line(text);
			count++;
		}
	}
	g_assert_cmpuint(count, >=, 4);
}

/* What is shown of the results is the same, too: the table, JUnit and TAP need nothing else. */
static void test_formats(void)
{
	static const gchar *const names[][2] = {
		{"json.json", "table.txt"},
		{"json.json", "tap.tap"},
		{"json-columns.json", "table-single-columns.txt"},
		{"json-engines.json", "tap-engines.tap"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree gchar *text = load(names[i][0]);
		g_autofree gchar *wanted = load(names[i][1]);
		g_autoptr(Results) results = read_well(text);
		gboolean table = g_str_has_prefix(names[i][1], "table");
		g_autofree gchar *shown =
			table ? report_table(results, FALSE, 100) : report_tap(results, FALSE, 0);

		g_assert_cmpstr(shown, ==, wanted);
	}
}

static Outcome *outcome_of(OutcomeKind kind)
{
	Outcome *outcome = outcome_new("cortex-a72");

	outcome->kind = kind;
	outcome->signal = 64;
	outcome->code = 255;
	outcome->seconds = 1.0 / 3;
	outcome->max_rss = 999999999999999999;
	outcome->hwcaps = g_strsplit("fp asimd", " ", -1);
	outcome->masked = g_new0(gchar *, 1);
	outcome->reason = g_strdup("why\n\"not\" \\ \001\177 größer \xf0\x9f\xa6\x80");
	g_free(outcome->err);
	outcome->err = g_strdup("first\n last \n\n");
	return outcome;
}

static Fault *fault_of(int signal)
{
	Fault *fault = fault_new(signal);
	Frame *frame = frame_new(G_MAXUINT64);

	frame->object = g_strdup("/a");
	frame->offset = G_MAXUINT64;
	fault->pc = G_MAXUINT64;
	fault->has_insn = TRUE;
	fault->function = g_strdup("");
	fault->function_offset = 999999999999999999;
	fault->function_nearest = TRUE;
	fault->thread = G_MAXINT;
	fault->culprit = g_strdup("mimalloc");
	g_ptr_array_add(fault->backtrace, frame);
	return fault;
}

static Column *column_of(OutcomeKind kind, Verdict verdict)
{
	Column *column = g_new0(Column, 1);

	column->outcome = outcome_of(kind);
	column->verdict = verdict;
	return column;
}

/* Every kind of outcome, every verdict, and values at their ends. */
static Results *results_all(void)
{
	Results *results = results_new();

	for (int verdict = VERDICT_NONE; verdict < VERDICT_COUNT; verdict++) {
		Finding *finding = finding_new("c", "s", "user");

		finding->verdict = (Verdict)verdict;
		finding->expected = (Verdict)(verdict + 1 < VERDICT_COUNT ? verdict + 1 : 0);
		finding->resumed = verdict % 2;
		finding->baseline = outcome_of((OutcomeKind)((verdict + 1) % 5));
		finding->reference = outcome_of((OutcomeKind)((verdict + 2) % 5));
		finding->reference->fault = fault_of(verdict + 1);
		g_ptr_array_add(finding->columns,
				column_of((OutcomeKind)((verdict + 1) % 5), (Verdict)verdict));
		finding->advice = g_strdup("one\ntwo");
		g_ptr_array_add(results->findings, finding);
	}
	results->interrupted = TRUE;
	results->seconds = 1e300;
	return results;
}

static void test_all(void)
{
	g_autoptr(Results) results = results_all();
	g_autofree gchar *text = report_json(results, FALSE, 0);
	g_autoptr(Results) again = read_well(text);
	const Finding *finding = g_ptr_array_index(again->findings, 1);

	assert_same(text);
	g_assert_cmpuint(again->profiles->len, ==, 1);
	g_assert_cmpstr(g_ptr_array_index(again->profiles, 0), ==, "cortex-a72");
	g_assert_cmpstr(finding->baseline->err, ==, "last");
	g_assert_cmpstr(finding->baseline->out, ==, "");
	g_assert_cmpint(finding->baseline->signal, ==, 64);
	g_assert_cmpuint(finding->baseline->max_rss, ==, 999999999999999999);
	g_assert_true(finding_fault(finding)->pc == G_MAXUINT64);
	g_assert_true(finding_fault(finding)->has_insn);
	g_assert_cmpuint(g_strv_length(finding->baseline->hwcaps), ==, 2);
	g_assert_cmpuint(g_strv_length(finding->baseline->masked), ==, 0);
}

/* Results from before there were several engines. */
static void test_earlier(void)
{
	g_autofree gchar *text = load("json-engines.json");
	g_auto(GStrv) parts = g_strsplit(text, "\"disagreements\"", -1);
	g_autofree gchar *earlier = g_strjoinv("\"x\"", parts);
	g_autoptr(Results) results = read_well(earlier);

	g_assert_cmpuint(g_strv_length(parts), ==, 2);
	g_assert_cmpuint(results->disagreements->len, ==, 0);
}

/* The outcome that the fault was taken from has it again. */
static void test_owner(void)
{
	static const struct {
		OutcomeKind baseline, reference;
		gboolean is_reference;
	} owners[] = {
		{OUTCOME_SIGNALLED, OUTCOME_EXITED, FALSE},
		{OUTCOME_SIGNALLED, OUTCOME_SIGNALLED, FALSE},
		{OUTCOME_TIMED_OUT, OUTCOME_EXITED, FALSE},
		{OUTCOME_TIMED_OUT, OUTCOME_SIGNALLED, TRUE},
	};

	for (guint i = 0; i < G_N_ELEMENTS(owners); i++) {
		g_autoptr(Results) results = results_new(), again = NULL;
		Finding *finding = finding_new("c", "s", "user");
		g_autofree gchar *text = NULL;

		finding->baseline = outcome_of(owners[i].baseline);
		finding->reference = outcome_of(owners[i].reference);
		(owners[i].is_reference ? finding->reference : finding->baseline)->fault =
			fault_of(64);
		g_ptr_array_add(results->findings, finding);
		text = report_json(results, FALSE, 0);
		again = read_well(text);
		finding = g_ptr_array_index(again->findings, 0);
		g_assert_true((finding->baseline->fault != NULL) != owners[i].is_reference);
		g_assert_true((finding->reference->fault != NULL) == owners[i].is_reference);
	}
}

static void test_unknown_members(void)
{
	g_autofree gchar *text = load("json.json");
	g_auto(GStrv) parts = g_strsplit(text, "\"pc\" :", -1);
	g_autofree gchar *more = g_strjoinv("\"later\" : {\"pc\" : [1]}, \"pc\" :", parts);
	g_autoptr(Results) results = read_well(more);
	g_autofree gchar *again = report_json(results, FALSE, 0);

	g_assert_cmpuint(g_strv_length(parts), >, 9);
	g_assert_cmpstr(again, ==, text);
}

static void assert_refused(const gchar *text, const gchar *message)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(report_read(text, &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE);
	if (message)
		g_assert_cmpstr(error->message, ==, message);
}

/* The text of json-columns.json with its first "from" changed. */
static const struct {
	const gchar *from, *to, *message;
} damages[] = {
	{"results/1", "results/2", "schema: expected a64rig.results/1"},
	{"\"a64rig.results/1\"", "null", "schema: expected a64rig.results/1"},
	{"\"schema\"", "\"scheme\"", "schema: expected a64rig.results/1"},
	{"\"rig\"", "\"rag\"", "rig: expected an object"},
	{"\"0.1.0\"", "1", "rig.version: expected a string"},
	{"74.25", "\"74.25\"", "seconds: expected a number of seconds"},
	{"74.25", "-1", "seconds: expected a number of seconds"},
	{"74.25", "1e999", "seconds: expected a number of seconds"},
	{"74.25", "null", "seconds: expected a number of seconds"},
	{"\"interrupted\" : false", "\"interrupted\" : 0", "interrupted: expected true or false"},
	{"\"findings\" : [", "\"findings\" : {}, \"x\" : [", "findings: expected a list"},
	{"\"findings\" : [", "\"findings\" : [[],", "findings[0]: expected an object"},
	{"\"findings\" : [", "\"findings\" : [null,", "findings[0]: expected an object"},
	{"\"size-classes\"", "true", "findings[0].case: expected a string"},
	{"\"flagged\"", "\"flagging\"", "findings[0].verdict: expected a verdict"},
	{"\"resumed\" : false", "\"resumed\" : \"no\"",
	 "findings[0].resumed: expected true or false"},
	{"\"baseline\" : {", "\"baseline\" : [], \"x\" : {",
	 "findings[0].baseline: expected an object"},
	{"\"signalled\"", "\"dead\"", "findings[0].baseline.outcome: expected an outcome"},
	{"\"signalled\"", "\"exited\"",
	 "findings[0].baseline.exit: expected an exit status, 0 to 255"},
	{"\"SIGILL\"", "\"ILL\"", "findings[0].baseline.signal: expected the name of a signal"},
	{"\"SIGILL\"", "null", "findings[0].baseline.signal: expected the name of a signal"},
	{"\"exit\" : 0", "\"exit\" : 256",
	 "findings[0].reference.exit: expected an exit status, 0 to 255"},
	{"\"exit\" : 0", "\"exit\" : 0.0",
	 "findings[0].reference.exit: expected an exit status, 0 to 255"},
	{"20480", "-20480", "findings[0].reference.max_rss_kib: expected a number from 0"},
	{"\"verdict\" : \"ok\"", "\"verdict\" : 0",
	 "findings[0].columns[1].verdict: expected a verdict"},
	{"\"hwcaps\" : null", "\"hwcaps\" : \"fp\"",
	 "findings[0].baseline.hwcaps: expected a list"},
	{"\"masked\" : null", "\"masked\" : [\"fp\", 1]",
	 "findings[0].baseline.masked[1]: expected a string"},
	{"\"disagreements\" : [", "\"disagreements\" : [{\"declared\" : 1}",
	 "disagreements[0].declared: expected true or false"},
	{"\"disagreements\" : [", "\"disagreements\" : [[]",
	 "disagreements[0]: expected an object"},
	{"\"profile\" : \"rpi3\"", "\"profile\" : {}",
	 "findings[0].columns[0].profile: expected a string"},
	{"\"columns\"", "\"pillars\"", "findings[0].columns: expected a list"},
	{"\"0x550086208c\"", "\"550086208c\"",
	 "findings[0].fault.pc: expected a string of hexadecimal digits"},
	{"\"0x550086208c\"", "\"0x\"",
	 "findings[0].fault.pc: expected a string of hexadecimal digits"},
	{"\"0x550086208c\"", "\"0x10000000000000000\"",
	 "findings[0].fault.pc: expected a string of hexadecimal digits"},
	{"\"0x550086208c\"", "\"0x-1\"",
	 "findings[0].fault.pc: expected a string of hexadecimal digits"},
	{"\"0x550086208c\"", "12", "findings[0].fault.pc: expected a string of hexadecimal digits"},
	{"\"0x88e0fc22\"", "\"0x188e0fc22\"",
	 "findings[0].fault.insn: expected a string of up to 8 hexadecimal digits"},
	{"\"thread\" : 1", "\"thread\" : 2147483648",
	 "findings[0].fault.thread: expected a number from 0 to 2147483647"},
	{"\"function_nearest\" : false", "\"function_nearest\" : null",
	 "findings[0].fault.function_nearest: expected true or false"},
	{"\"pc\" : \"0x5500806040\"", "\"pc\" : null",
	 "findings[0].fault.backtrace[1].pc: expected a string of hexadecimal digits"},
	{"74.25", "9223372036854775808", "line 10: a number of too many digits"},
	{"74.25", "0x10", "line 10: no JSON"},
	{"74.25", "/* 1 */ 2", "line 10: no JSON"},
	{"0.1.0", "0.1\\u0000", "line 4: an escape of no character"},
	{"0.1.0", "\\ud83e", "line 4: an escape of no character"},
	{"0.1.0", "\\udd80", "line 4: an escape of no character"},
	{"0.1.0", "\\ud83e\\u0041", "line 4: an escape of no character"},
	{"0.1.0", "\\u1", "line 4: an escape that JSON does not have"},
	{"0.1.0", "\\x41", "line 4: an escape that JSON does not have"},
	{"0.1.0", "a\tb", "line 4: a control character in a string"},
	{"0.1.0", "\xff", "line 4: no UTF-8"},
	{"0.1.0", "\xed\xa0\x80", "line 4: no UTF-8"},
};

static void test_damages(void)
{
	g_autofree gchar *text = load("json-columns.json");

	for (guint i = 0; i < G_N_ELEMENTS(damages); i++) {
		const gchar *at = strstr(text, damages[i].from);
		g_autoptr(GString) damaged = g_string_new(NULL);

		g_assert_nonnull(at);
		g_string_append_len(damaged, text, at - text);
		g_string_append(damaged, damages[i].to);
		g_string_append(damaged, at + strlen(damages[i].from));
		assert_refused(damaged->str, damages[i].message);
	}
}

/* A disk that was full, say: no part of a text is taken for the whole. */
static void test_cut(void)
{
	g_autofree gchar *text = load("json-columns.json");

	for (gsize length = strlen(g_strchomp(text)); length-- > 0;) {
		text[length] = '\0';
		assert_refused(text, NULL);
	}
}

static void test_escapes(void)
{
	g_autoptr(Results) results =
		read_well("{\"schema\": \"a64rig.results\\/1\", \"rig\": {\"qemu\": "
			  "\"\\u0041\\ud83e\\udd80\\n\\\"\"}, \"seconds\": 3, "
			  "\"interrupted\": true, \"findings\": []}");

	g_assert_cmpstr(results->qemu, ==, "A\xf0\x9f\xa6\x80\n\"");
	g_assert_cmpfloat(results->seconds, ==, 3);
	g_assert_true(results->interrupted);
	g_assert_null(results->baseline);
}

static void test_no_results(void)
{
	g_autofree gchar *lists = g_strnfill(100000, '[');
	g_autofree gchar *deep = g_strconcat("{\"a\":", lists, NULL);
	g_autofree gchar *hidden = g_strconcat("{\"]]]]\\\"]]]\":", lists, NULL);

	assert_refused("", "no JSON: there is nothing in it");
	assert_refused(" \n", "no JSON: there is nothing in it");
	assert_refused("[]", "the text: expected an object");
	assert_refused("1", "the text: expected an object");
	assert_refused("null", "the text: expected an object");
	assert_refused("\"", "line 1: a string without its end");
	assert_refused("{\n]\n", NULL);
	assert_refused("}", "line 1: a bracket that closes nothing");
	assert_refused("not JSON", "line 1: no JSON");
	assert_refused("var x = {}", "line 1: no JSON");
	assert_refused(lists, "line 1: lists or objects nested too deeply");
	assert_refused(deep, "line 1: lists or objects nested too deeply");
	assert_refused(hidden, "line 1: lists or objects nested too deeply");
}

static void test_fault_of_nothing(void)
{
	assert_refused("{\"schema\": \"a64rig.results/1\", \"rig\": {}, \"seconds\": 0, "
		       "\"interrupted\": false, \"findings\": [{\"resumed\": false, \"columns\": "
		       "[], \"fault\": {\"pc\": \"0x0\", \"function_nearest\": false, "
		       "\"backtrace\": []}}]}",
		       "findings[0].fault: expected null where nothing was run");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/read/golden", test_golden);
	g_test_add_func("/read/formats", test_formats);
	g_test_add_func("/read/all", test_all);
	g_test_add_func("/read/earlier", test_earlier);
	g_test_add_func("/read/owner", test_owner);
	g_test_add_func("/read/unknown-members", test_unknown_members);
	g_test_add_func("/read/damages", test_damages);
	g_test_add_func("/read/cut", test_cut);
	g_test_add_func("/read/escapes", test_escapes);
	g_test_add_func("/read/no-results", test_no_results);
	g_test_add_func("/read/fault-of-nothing", test_fault_of_nothing);
	return g_test_run();
}
