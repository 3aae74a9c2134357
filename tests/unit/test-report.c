/*
 * Real Results, built here, against texts kept in tests/golden/report. UPDATE_GOLDEN=1 writes those
 * anew; read the difference before it is committed. Run from the top of the source tree.
 */
#include <json-glib/json-glib.h>
#include <libxml/parser.h>
#include <signal.h>
#include <string.h>

#include "report/report.h"

static Outcome *outcome_exit(const gchar *profile, int code)
{
	Outcome *outcome = outcome_new(profile);

	outcome->kind = OUTCOME_EXITED;
	outcome->code = code;
	outcome->seconds = 0.25;
	outcome->max_rss = 20480;
	return outcome;
}

static Outcome *outcome_signal(const gchar *profile, int signal)
{
	Outcome *outcome = outcome_new(profile);

	outcome->kind = OUTCOME_SIGNALLED;
	outcome->signal = signal;
	outcome->seconds = 0.125;
	return outcome;
}

static void say(Outcome *outcome, const gchar *err)
{
	g_free(outcome->err);
	outcome->err = g_strdup(err);
}

static Finding *add(Results *results, const gchar *case_name, const gchar *subject, Verdict verdict,
		    Outcome *baseline, Outcome *reference)
{
	Finding *finding = finding_new(case_name, subject, "user");

	finding->verdict = verdict;
	finding->baseline = baseline;
	finding->reference = reference;
	finding->replay = g_strdup_printf(
		"a64rig run --case %s --subject %s --baseline cortex-a72 --reference max",
		case_name, subject);
	g_ptr_array_add(results->findings, finding);
	return finding;
}

static void add_frame(Fault *fault, guint64 pc, const gchar *object, const gchar *function,
		      guint64 offset, const gchar *source)
{
	Frame *frame = frame_new(pc);

	frame->object = g_strdup(object);
	frame->offset = pc & 0xfffff;
	frame->function = g_strdup(function);
	frame->function_offset = offset;
	frame->source = g_strdup(source);
	g_ptr_array_add(fault->backtrace, frame);
}

static Fault *mimalloc_fault(guint64 offset)
{
	static const gchar object[] = "/rig/subject/libmimalloc.so";
	static const gchar libc[] = "/lib/aarch64-linux-gnu/libc.so.6";
	Fault *fault = fault_new(SIGILL);

	fault->pc = 0x5500800000 + offset;
	fault->has_insn = TRUE;
	fault->insn = 0x88e0fc22;
	fault->mnemonic = g_strdup("casal");
	fault->operands = g_strdup("w0, w2, [x1]");
	fault->feature = g_strdup("FEAT_LSE");
	fault->arch = g_strdup("ARMv8.1-A");
	fault->object = g_strdup(object);
	fault->build_id = g_strdup("2f5ce1a7b0c94d1e8f3a6b7c8d9e0f1a2b3c4d5e");
	fault->offset = offset;
	fault->function = g_strdup("_mi_options_init");
	fault->function_offset = 0x1c;
	fault->source = g_strdup("/src/mimalloc/src/options.c:190");
	fault->culprit = g_strdup("mimalloc");
	fault->culprit_version = g_strdup("2.1.9");
	fault->culprit_evidence = g_strdup("symbol mi_version, string in .rodata");
	fault->thread = 1;
	fault->threads = 1;
	add_frame(fault, fault->pc, object, "_mi_options_init", 0x1c, "/src/options.c:190");
	add_frame(fault, 0x5500806040, object, "mi_process_load", 0x14, "/src/init.c:602");
	add_frame(fault, 0x5500850a10, "/lib/ld-linux-aarch64.so.1", "call_init", 0xa0, NULL);
	add_frame(fault, 0x5500850b20, "/lib/ld-linux-aarch64.so.1", "_dl_init", 0x88, NULL);
	add_frame(fault, 0x5500860c30, "/lib/ld-linux-aarch64.so.1", NULL, 0, NULL);
	for (guint64 i = 0; i < 6; i++)
		add_frame(fault, 0x5500900000 + i, libc, "__libc_start_main", i, NULL);
	return fault;
}

static Finding *add_flagged(Results *results, const gchar *case_name, const gchar *subject,
			    guint64 offset)
{
	Finding *finding = add(results, case_name, subject, VERDICT_FLAGGED,
			       outcome_signal("cortex-a72", SIGILL), outcome_exit("max", 0));

	say(finding->baseline, "qemu: uncaught target signal 4 (Illegal instruction)\n");
	finding->baseline->fault = mimalloc_fault(offset);
	finding->advice = g_strdup(
		"mimalloc 2.1.9 chooses -march=armv8.1-a on arm64: build it with cmake "
		"-DMI_OPT_ARCH=OFF\n"
		"in a Rust crate: mimalloc 0.1.52 or later, or mimalloc-safe 0.1.53 or later with "
		"no_opt_arch\n"
		"last resort: the system's allocator");
	return finding;
}

static Results *results_named(void)
{
	Results *results = results_new();

	results->rig_version = g_strdup("0.1.0");
	results->qemu = g_strdup("qemu-aarch64 7.2.22");
	results->host = g_strdup("x86_64 Linux 6.1.0");
	results->baseline = g_strdup("cortex-a72");
	results->reference = g_strdup("max");
	results->seconds = 74.25;
	return results;
}

static const gchar *const cases[] = {"size-classes", "zeroing", "realloc",    "huge",
				     "threads",      "fork",    "exhaustion", "new-delete"};

static void add_passes(Results *results, const gchar *subject, guint from, guint to)
{
	for (guint i = from; i < to; i++)
		add(results, cases[i], subject, VERDICT_OK, outcome_exit("cortex-a72", 0),
		    outcome_exit("max", 0));
}

static void skip(Finding *finding, const gchar *reason)
{
	finding->reason = g_strdup(reason);
	finding->expected = VERDICT_NONE;
}

/* What a night of the allocator suite looks like when all is as it should be. */
static Results *results_suite(void)
{
	Results *results = results_named();

	add_passes(results, "glibc", 0, 8);
	add_passes(results, "musl", 0, 7);
	skip(add(results, "new-delete", "musl", VERDICT_SKIPPED, NULL, NULL), "not built for musl");
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
		add_flagged(results, cases[i], "mimalloc-2.1.9-default", 0x6208c)->expected =
			VERDICT_FLAGGED;
	add_passes(results, "mimalloc-2.1.9-mended", 0, 8);
	return results;
}

static Finding *add_timeout(Results *results)
{
	Finding *finding = add(results, "threads", "jemalloc-5.3.0", VERDICT_DIVERGES,
			       outcome_new("cortex-a72"), outcome_exit("max", 0));

	finding->baseline->kind = OUTCOME_TIMED_OUT;
	finding->baseline->seconds = 60;
	return finding;
}

static void add_inconclusive(Results *results)
{
	Finding *finding = add(results, "realloc", "odd", VERDICT_INCONCLUSIVE,
			       outcome_signal("cortex-a72", SIGILL), outcome_signal("max", SIGILL));
	Fault *fault = fault_new(SIGILL);

	fault->pc = 0x5500001234;
	fault->has_insn = TRUE;
	fault->mnemonic = g_strdup("udf");
	fault->operands = g_strdup("#0");
	fault->note = g_strdup("no symbol table: the function is not known");
	finding->baseline->fault = fault;
}

static void add_flaky(Results *results)
{
	Finding *finding = add(results, "huge", "odd", VERDICT_FLAKY,
			       outcome_signal("cortex-a72", SIGSEGV), outcome_exit("max", 0));

	finding->reason = g_strdup("flagged 3 of 5, ok 2 of 5");
}

static void add_rig_fault(Results *results)
{
	Finding *finding = add(results, "fork", "odd", VERDICT_RIG_FAULT, outcome_new("cortex-a72"),
			       outcome_exit("max", 0));

	finding->baseline->kind = OUTCOME_RIG_FAULT;
	finding->baseline->reason = g_strdup("qemu-aarch64 was killed");
	finding->reason = g_strdup("qemu-aarch64 was killed");
}

/* The same suite with every verdict there is, most of them not expected. */
static Results *results_every(void)
{
	Results *results = results_suite();
	Finding *finding;

	add_flagged(results, "size-classes", "mimalloc-3.5.0", 0x7000);
	add_flagged(results, "zeroing", "mimalloc-3.5.0", 0x7000);
	finding = add_flagged(results, "threads", "mimalloc-3.5.0", 0x7abc);
	finding->baseline->fault->thread = 3;
	finding->baseline->fault->threads = 9;
	finding->baseline->fault->function_nearest = TRUE;
	add_passes(results, "mimalloc-3.5.0", 5, 8);
	add_timeout(results);
	finding = add(results, "zeroing", "jemalloc-5.3.0", VERDICT_BROKEN,
		      outcome_exit("cortex-a72", 1), outcome_exit("max", 1));
	say(finding->baseline,
	    "zeroing: calloc(3, 40) at 0x5500012340: byte 17 is 0xaa, expected 0x00\n\n");
	finding->expected = VERDICT_BROKEN;
	add(results, "size-classes", "jemalloc-5.3.0", VERDICT_OK, outcome_exit("cortex-a72", 0),
	    outcome_exit("max", 0))
		->expected = VERDICT_FLAGGED;
	add(results, "zeroing", "odd", VERDICT_INVERTED, outcome_exit("cortex-a72", 0),
	    outcome_signal("max", SIGABRT));
	add_inconclusive(results);
	add_flaky(results);
	add_rig_fault(results);
	return results;
}

static Results *results_single(void)
{
	Results *results = results_named();
	Finding *finding = add_flagged(results, "threads", "mimalloc-2.1.9-default", 0x6208c);

	finding->expected = VERDICT_FLAGGED;
	results->seconds = 0.5;
	return results;
}

static Results *results_columns(void)
{
	Results *results = results_suite();
	static const gchar *const profiles[] = {"rpi3", "neoverse-n1"};

	for (guint p = 0; p < G_N_ELEMENTS(profiles); p++)
		g_ptr_array_add(results->profiles, g_strdup(profiles[p]));
	for (guint i = 0; i < results->findings->len; i++) {
		Finding *finding = g_ptr_array_index(results->findings, i);
		gboolean flagged = finding->verdict == VERDICT_FLAGGED;

		for (guint p = 0; finding->baseline && p < G_N_ELEMENTS(profiles); p++) {
			Column *column = g_new0(Column, 1);

			column->outcome = flagged && p == 0 ? outcome_signal(profiles[p], SIGILL)
							    : outcome_exit(profiles[p], 0);
			column->verdict = flagged && p == 0 ? VERDICT_FLAGGED : VERDICT_OK;
			g_ptr_array_add(finding->columns, column);
		}
	}
	return results;
}

static Results *results_single_columns(void)
{
	Results *results = results_columns();

	g_ptr_array_remove_range(results->findings, 0, 16);
	g_ptr_array_set_size(results->findings, 1);
	return results;
}

/* Several allocators that are known to die. */
static Results *results_known(void)
{
	static const gchar *const subjects[] = {"mimalloc-2.1.9-default", "mimalloc-3.5.0-default",
						"jemalloc-5.3.0-armv8.1", "glibc-armv8.1"};
	Results *results = results_named();

	for (guint s = 0; s < G_N_ELEMENTS(subjects); s++)
		for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
			add_flagged(results, cases[i], subjects[s], 0x6000 + s)->expected =
				VERDICT_FLAGGED;
	for (guint s = 0; s < G_N_ELEMENTS(subjects); s++) {
		Finding *finding = add(results, "enomem", subjects[s], VERDICT_BROKEN,
				       outcome_exit("cortex-a72", 1), outcome_exit("max", 1));

		finding->expected = VERDICT_BROKEN;
		say(finding->reference, "errno is 0, 12 expected\n");
	}
	add(results, "forever", "glibc", VERDICT_DIVERGES, outcome_signal("cortex-a72", SIGSEGV),
	    outcome_exit("max", 0))
		->expected = VERDICT_DIVERGES;
	return results;
}

/* Nothing but what the model cannot do without. */
static Results *results_nulls(void)
{
	Results *results = results_new();
	Finding *finding = finding_new(NULL, NULL, NULL);

	g_ptr_array_add(results->findings, finding);
	finding = finding_new(NULL, NULL, NULL);
	finding->verdict = VERDICT_FLAGGED;
	finding->baseline = outcome_signal(NULL, SIGILL);
	finding->baseline->fault = fault_new(0);
	g_ptr_array_add(finding->baseline->fault->backtrace, frame_new(0));
	g_ptr_array_add(results->findings, finding);
	finding = finding_new(NULL, NULL, NULL);
	finding->verdict = VERDICT_SKIPPED;
	g_ptr_array_add(results->findings, finding);
	return results;
}

/* What programs and files can be called and can write. */
static Results *results_nasty(void)
{
	static const gchar lengthy[] = "a-subject-whose-name-goes-on-and-on-and-on-"
				       "größer-than-any-terminal-could-ever-show-in-one-line";
	Results *results = results_named();
	Finding *finding = add(results, "case # SKIP <&\"'>", lengthy, VERDICT_DIVERGES,
			       outcome_exit("cortex-a72", 3), outcome_exit("max", 0));

	say(finding->baseline, "first\n\033[31mred\033[0m \x01\x08 ]]> \xef\xbf\xbf \xff # done\n");
	skip(add(results, "back\\slash\nline", "x", VERDICT_SKIPPED, NULL, NULL),
	     "no # here\nnor there");
	finding = add_flagged(results, "long", lengthy, 0xffffffffffffffff);
	g_free(finding->baseline->fault->function);
	finding->baseline->fault->function = g_strnfill(300, 'f');
	results->interrupted = TRUE;
	return results;
}

static gchar **words(const gchar *text)
{
	return g_strsplit(text, " ", -1);
}

/* What a guest's kernel tells, as a board's would. */
static void tell_hwcaps(Outcome *outcome)
{
	outcome->hwcaps = words("fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid");
	outcome->masked = words("aes pmull sha1 sha2");
}

static void disagree(Results *results, const gchar *case_name, const gchar *what, gboolean declared)
{
	Disagreement *disagreement = g_new0(Disagreement, 1);

	disagreement->case_name = g_strdup(case_name);
	disagreement->subject = g_strdup("odd");
	disagreement->what = g_strdup(what);
	disagreement->declared = declared;
	g_ptr_array_add(results->disagreements, disagreement);
}

/* Two engines that found the same of one subject, and not of another. */
static Results *results_engines_differ(void)
{
	static const gchar *const engines[] = {"user", "system"};
	Results *results = results_named();

	g_free(results->qemu);
	results->qemu = g_strdup("qemu-aarch64 7.2.22, qemu-system-aarch64 7.2.22, libvirt 9.0.0");
	for (guint i = 0; i < 6; i++) {
		Finding *finding = add_flagged(results, cases[i / 2], "mimalloc", 0x6208c);

		finding->expected = VERDICT_FLAGGED;
	}
	for (guint i = 0; i < 6; i++)
		add(results, cases[i / 2], "odd", i == 1 ? VERDICT_BROKEN : VERDICT_OK,
		    outcome_exit("cortex-a72", i == 1), outcome_exit("max", i == 1))
			->expected = i == 1 ? VERDICT_BROKEN : VERDICT_NONE;
	for (guint i = 0; i < results->findings->len; i++) {
		Finding *finding = g_ptr_array_index(results->findings, i);

		g_free(finding->engine);
		finding->engine = g_strdup(engines[i % 2]);
		if (i % 2)
			tell_hwcaps(finding->baseline);
	}
	disagree(results, cases[0], "verdict: user ok, system broken", TRUE);
	disagree(results, cases[2], "instruction: user casal, system ldaddal", FALSE);
	return results;
}

static Results *results_engines_agree(void)
{
	Results *results = results_engines_differ();

	g_ptr_array_set_size(results->findings, 6);
	g_ptr_array_set_size(results->disagreements, 0);
	return results;
}

static Results *results_masked(void)
{
	Results *results = results_single();

	tell_hwcaps(((Finding *)g_ptr_array_index(results->findings, 0))->baseline);
	return results;
}

static Results *results_empty(void)
{
	Results *results = results_named();

	results->interrupted = TRUE;
	results->seconds = 0;
	return results;
}

static const struct {
	const gchar *file;
	const gchar *format;
	Results *(*make)(void);
	gboolean colour;
	guint width;
} goldens[] = {
	{"table.txt", "table", results_every, FALSE, 100},
	{"table-80.txt", "table", results_every, FALSE, 80},
	{"table-colour.txt", "table", results_every, TRUE, 0},
	{"table-suite.txt", "table", results_suite, FALSE, 100},
	{"table-known.txt", "table", results_known, FALSE, 100},
	{"table-columns.txt", "table", results_columns, FALSE, 100},
	{"table-single.txt", "table", results_single, FALSE, 100},
	{"table-single-columns.txt", "table", results_single_columns, FALSE, 100},
	{"table-nulls.txt", "table", results_nulls, FALSE, 80},
	{"table-nasty.txt", "table", results_nasty, FALSE, 80},
	{"table-engines.txt", "table", results_engines_differ, FALSE, 80},
	{"table-engines-agree.txt", "table", results_engines_agree, FALSE, 100},
	{"table-masked.txt", "table", results_masked, FALSE, 100},
	{"table-empty.txt", "table", results_empty, FALSE, 80},
	{"json.json", "json", results_every, FALSE, 0},
	{"json-columns.json", "json", results_single_columns, FALSE, 0},
	{"json-nulls.json", "json", results_nulls, FALSE, 0},
	{"json-nasty.json", "json", results_nasty, FALSE, 0},
	{"json-engines.json", "json", results_engines_differ, FALSE, 0},
	{"junit-engines.xml", "junit", results_engines_differ, FALSE, 0},
	{"tap-engines.tap", "tap", results_engines_differ, FALSE, 0},
	{"junit.xml", "junit", results_every, FALSE, 0},
	{"junit-nulls.xml", "junit", results_nulls, FALSE, 0},
	{"junit-nasty.xml", "junit", results_nasty, FALSE, 0},
	{"junit-empty.xml", "junit", results_empty, FALSE, 0},
	{"markdown.md", "markdown", results_every, FALSE, 0},
	{"markdown-suite.md", "markdown", results_suite, FALSE, 0},
	{"markdown-nasty.md", "markdown", results_nasty, FALSE, 0},
	{"markdown-nulls.md", "markdown", results_nulls, FALSE, 0},
	{"markdown-empty.md", "markdown", results_empty, FALSE, 0},
	{"html-nasty.html", "html", results_nasty, FALSE, 0},
	{"html-nulls.html", "html", results_nulls, FALSE, 0},
	{"html-engines.html", "html", results_engines_differ, FALSE, 0},
	{"tap.tap", "tap", results_every, FALSE, 0},
	{"tap-nulls.tap", "tap", results_nulls, FALSE, 0},
	{"tap-nasty.tap", "tap", results_nasty, FALSE, 0},
	{"tap-empty.tap", "tap", results_empty, FALSE, 0},
};

static void test_golden(gconstpointer data)
{
	gsize i = GPOINTER_TO_SIZE(data);
	g_autoptr(Results) results = goldens[i].make();
	g_autofree gchar *path = g_build_filename("tests/golden/report", goldens[i].file, NULL);
	g_autofree gchar *text = report_format(goldens[i].format)
					 ->write(results, goldens[i].colour, goldens[i].width);
	g_autofree gchar *golden = NULL;
	g_autoptr(GError) error = NULL;

	g_assert_true(g_str_has_suffix(text, "\n"));
	g_assert_true(g_utf8_validate(text, -1, NULL));
	if (g_getenv("UPDATE_GOLDEN"))
		g_file_set_contents(path, text, -1, &error);
	g_assert_no_error(error);
	g_file_get_contents(path, &golden, NULL, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(text, ==, golden);
}

/* Whatever the width, only words that cannot be broken may pass it. */
static void test_widths(void)
{
	static const guint widths[] = {80, 100, 200};
	g_autoptr(Results) results = results_every();

	for (guint w = 0; w < G_N_ELEMENTS(widths); w++) {
		g_autofree gchar *text = report_table(results, FALSE, widths[w]);
		g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

		for (guint i = 0; lines[i]; i++)
			g_assert_cmpint(g_utf8_strlen(lines[i], -1), <=, widths[w]);
	}
}

static guint section_lines(const gchar *section)
{
	const gchar *end = strstr(section, "\n\n");
	guint lines = 1;

	for (const gchar *at = section; at < end; at++)
		lines += *at == '\n';
	return lines;
}

static void test_section_length(void)
{
	g_autoptr(Results) results = results_every();
	static const guint widths[] = {0, 100};

	for (guint w = 0; w < G_N_ELEMENTS(widths); w++) {
		g_autofree gchar *text = report_table(results, FALSE, widths[w]);
		const gchar *at = strstr(text, "\n\nmimalloc");

		g_assert_nonnull(at);
		for (; at; at = strstr(at + 1, "\n\n"))
			if (at[2])
				g_assert_cmpuint(section_lines(at + 2), <=, 16);
	}
}

/* No colour, no escape; and nothing of what a program wrote reaches the terminal as one. */
static void test_escapes(void)
{
	g_autoptr(Results) results = results_nasty();
	g_autofree gchar *plain = report_table(results, FALSE, 80);
	g_autofree gchar *coloured = report_table(results, TRUE, 80);

	g_assert_null(strchr(plain, '\033'));
	g_assert_nonnull(strchr(coloured, '\033'));
	g_assert_null(strstr(coloured, "\033[31mred"));
	g_assert_null(strchr(coloured, '\x08'));
}

static void check_members(JsonObject *object, const gchar *names)
{
	g_auto(GStrv) list = g_strsplit(names, " ", -1);
	guint count = 0;

	for (; list[count]; count++)
		if (!json_object_has_member(object, list[count]))
			g_error("%s is missing", list[count]);
	g_assert_cmpuint(json_object_get_size(object), ==, count);
}

#define OUTCOME_MEMBERS                                                                            \
	"profile outcome exit signal timed_out seconds max_rss_kib hwcaps masked stderr reason"

static void check_outcome(JsonObject *finding, const gchar *name)
{
	if (!json_object_get_null_member(finding, name))
		check_members(json_object_get_object_member(finding, name), OUTCOME_MEMBERS);
}

static void check_fault(JsonObject *fault)
{
	JsonArray *backtrace = json_object_get_array_member(fault, "backtrace");

	check_members(fault, "signal pc insn mnemonic operands feature arch object build_id offset "
			     "function function_offset function_nearest source thread threads "
			     "culprit culprit_version culprit_evidence napi_rs backtrace note");
	for (guint i = 0; i < json_array_get_length(backtrace); i++)
		check_members(json_array_get_object_element(backtrace, i),
			      "pc object offset function function_offset source");
}

static void check_finding(JsonObject *finding)
{
	JsonArray *columns = json_object_get_array_member(finding, "columns");

	check_members(
		finding,
		"case subject package engine verdict expected as_expected resumed reason baseline "
		"reference columns fault advice replay");
	check_outcome(finding, "baseline");
	check_outcome(finding, "reference");
	for (guint i = 0; i < json_array_get_length(columns); i++)
		check_members(json_array_get_object_element(columns, i),
			      OUTCOME_MEMBERS " verdict");
	if (!json_object_get_null_member(finding, "fault"))
		check_fault(json_object_get_object_member(finding, "fault"));
}

static void test_json_schema(gconstpointer data)
{
	Results *(*make)(void) = goldens[GPOINTER_TO_SIZE(data)].make;
	g_autoptr(Results) results = make();
	g_autofree gchar *text = report_json(results, FALSE, 0);
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autoptr(GError) error = NULL;
	JsonObject *root;
	JsonArray *findings;

	json_parser_load_from_data(parser, text, -1, &error);
	g_assert_no_error(error);
	root = json_node_get_object(json_parser_get_root(parser));
	check_members(root, "schema rig baseline reference seconds interrupted findings "
			    "disagreements audit summary");
	check_members(json_object_get_object_member(root, "rig"), "version qemu host");
	check_members(json_object_get_object_member(root, "summary"),
		      "ok flagged diverges inverted broken inconclusive flaky skipped rig-fault "
		      "unexpected");
	findings = json_object_get_array_member(root, "findings");
	g_assert_cmpuint(json_array_get_length(findings), ==, results->findings->len);
	for (guint i = 0; i < json_array_get_length(findings); i++)
		check_finding(json_array_get_object_element(findings, i));
}

/* The numbers that a CI shows must be those of the elements below them. */
static guint count_elements(const xmlNode *node, const gchar *name)
{
	guint count = 0;

	for (; node; node = node->next)
		count += (!xmlStrcmp(node->name, BAD_CAST name) ? 1 : 0) +
			 count_elements(node->children, name);
	return count;
}

static guint attribute(xmlNode *node, const gchar *name)
{
	xmlChar *text = xmlGetProp(node, BAD_CAST name);
	guint number = text ? (guint)g_ascii_strtoull((const gchar *)text, NULL, 10) : 0;

	xmlFree(text);
	return number;
}

static void check_totals(xmlNode *node)
{
	g_assert_cmpuint(attribute(node, "tests"), ==, count_elements(node->children, "testcase"));
	g_assert_cmpuint(attribute(node, "failures"), ==,
			 count_elements(node->children, "failure"));
	g_assert_cmpuint(attribute(node, "errors"), ==, count_elements(node->children, "error"));
	g_assert_cmpuint(attribute(node, "skipped"), ==, count_elements(node->children, "skipped"));
}

static void test_junit_totals(gconstpointer data)
{
	Results *(*make)(void) = goldens[GPOINTER_TO_SIZE(data)].make;
	g_autoptr(Results) results = make();
	g_autofree gchar *text = report_junit(results, FALSE, 0);
	xmlDoc *doc = xmlReadMemory(text, (int)strlen(text), "junit.xml", NULL, XML_PARSE_NONET);
	xmlNode *root;

	g_assert_nonnull(doc);
	root = xmlDocGetRootElement(doc);
	g_assert_cmpstr((const gchar *)root->name, ==, "testsuites");
	check_totals(root);
	for (xmlNode *suite = root->children; suite; suite = suite->next)
		if (suite->type == XML_ELEMENT_NODE)
			check_totals(suite);
	xmlFreeDoc(doc);
}

static void test_tap_plan(gconstpointer data)
{
	Results *(*make)(void) = goldens[GPOINTER_TO_SIZE(data)].make;
	g_autoptr(Results) results = make();
	g_autofree gchar *text = report_tap(results, FALSE, 0);
	guint wanted = results->findings->len + results->disagreements->len;
	g_autofree gchar *plan = g_strdup_printf("1..%u", wanted);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	guint points = 0, failed = 0;

	g_assert_cmpstr(lines[0], ==, "TAP version 13");
	g_assert_true(g_str_has_prefix(lines[1], plan));
	for (guint i = 2; lines[i]; i++) {
		points += g_regex_match_simple("^(not )?ok [0-9]+ - ", lines[i], 0, 0);
		failed += g_str_has_prefix(lines[i], "not ok");
	}
	g_assert_cmpuint(points, ==, wanted);
	g_assert_cmpuint(failed, ==, results_unexpected(results) + results_undeclared(results));
	g_assert_cmpint(strstr(text, "Bail out!") != NULL, ==, results->interrupted);
}

/* A sandbox that does not work fails every subject: that is told once. */
static void test_rig_fault_once(void)
{
	g_autoptr(Results) results = results_named();
	g_autofree gchar *table = NULL;

	for (guint i = 0; i < 3; i++) {
		g_autofree gchar *subject = g_strdup_printf("subject-%u", i);
		Finding *finding = add(results, "zeroing", subject, VERDICT_RIG_FAULT,
				       outcome_new("cortex-a72"), NULL);

		finding->baseline->kind = OUTCOME_RIG_FAULT;
		finding->baseline->reason = g_strdup("the sandbox ended early");
	}
	table = report_table(results, FALSE, 100);
	g_assert_nonnull(strstr(table, "! 3 subjects  rig-fault"));
	g_assert_true(strstr(table, "the sandbox ended early") ==
		      g_strrstr(table, "the sandbox ended early"));
}

static void test_formats(void)
{
	g_assert_null(report_format("pdf"));
	for (const ReportFormat *format = report_formats; format->name; format++)
		g_assert_true(report_format(format->name) == format);
}

static const struct {
	const gchar *format;
	const gchar *path;
	GTestDataFunc test;
} shapes[] = {
	{"json", "schema", test_json_schema},
	{"junit", "totals", test_junit_totals},
	{"tap", "plan", test_tap_plan},
};

static void add_tests(gsize golden)
{
	g_autofree gchar *path = g_strconcat("/report/golden/", goldens[golden].file, NULL);

	g_test_add_data_func(path, GSIZE_TO_POINTER(golden), test_golden);
	for (guint i = 0; i < G_N_ELEMENTS(shapes); i++) {
		g_autofree gchar *shape =
			g_strconcat("/report/", shapes[i].path, "/", goldens[golden].file, NULL);

		if (!strcmp(goldens[golden].format, shapes[i].format))
			g_test_add_data_func(shape, GSIZE_TO_POINTER(golden), shapes[i].test);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/report/formats", test_formats);
	g_test_add_func("/report/rig-fault-once", test_rig_fault_once);
	g_test_add_func("/report/widths", test_widths);
	g_test_add_func("/report/section-length", test_section_length);
	g_test_add_func("/report/escapes", test_escapes);
	for (gsize i = 0; i < G_N_ELEMENTS(goldens); i++)
		add_tests(i);
	return g_test_run();
}
