#include <string.h>
#include <unistd.h>

#include "base/typed.h"
#include "cmd/cmd.h"
#include "cmd/engines.h"
#include "cmd/progress.h"
#include "cmd/results.h"
#include "cmd/signals.h"
#include "report/scan.h"
#include "run/run.h"
#include "run/single.h"

typedef struct {
	gchar *baseline, *reference, *engine, *image, *sysroot, *format, *output;
	gint timeout;
	gboolean all, no_sandbox, quiet;
} Options;

static const gchar summary[] =
	"Runs a program on the baseline and on the reference, and tells each instruction above "
	"the\n"
	"baseline that it executed, in which file and function, and whether a test of the CPU\n"
	"guards it.";

static const gchar description[] =
	"Classes:\n"
	"  bare      executed although the CPU, as the program is told, does not have it\n"
	"  guarded   executed on the reference, not where the CPU does not have it\n"
	"  unknown   executed on the reference; elsewhere the program did not come as far\n"
	"\n"
	"Where the two runs do not settle it, a third does, on the reference's CPU: it executes\n"
	"everything, and the program is told that it has no extension.\n"
	"\n"
	"Examples:\n"
	"  a64rig audit ./prog --fast\n"
	"  a64rig audit --all ./prog | less               each instruction with its reason\n"
	"  a64rig audit -b rpi4 -r cortex-a72 ./prog      what a board lacks\n"
	"  a64rig audit --engine system ./prog            in guests\n"
	"  a64rig run --audit -s ./my.node                an addon; so, too, allocators and "
	"suites\n"
	"\n"
	"The program gets no network, none of your files, and can write nowhere but in a folder "
	"of\nits own. Exit status: 0 nothing bare, 1 something bare, or the program failed,\n"
	"2 usage or a bad input file, 3 the rig failed.\n";

static void options_clear(Options *options)
{
	g_free(options->baseline);
	g_free(options->reference);
	g_free(options->engine);
	g_free(options->image);
	g_free(options->sysroot);
	g_free(options->format);
	g_free(options->output);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static gboolean parse(Options *o, int *argc, gchar ***argv, int *status)
{
	const GOptionEntry entries[] = {
		{"baseline", 'b', 0, G_OPTION_ARG_STRING, &o->baseline,
		 "The older CPU or board (" REQUEST_BASELINE ")", "PROFILE"},
		{"reference", 'r', 0, G_OPTION_ARG_STRING, &o->reference,
		 "The newer one (" REQUEST_REFERENCE ")", "PROFILE"},
		{"engine", 0, 0, G_OPTION_ARG_STRING, &o->engine,
		 "user: qemu-aarch64; system: guests with a kernel of their own (user)", "ENGINE"},
		{"image", 0, 0, G_OPTION_ARG_STRING, &o->image,
		 "What guests boot from (" REQUEST_IMAGE ")", "NAME"},
		{"sysroot", 0, 0, G_OPTION_ARG_FILENAME, &o->sysroot,
		 "The arm64 root that PROGRAM runs in (the prepared one)", "FOLDER"},
		{"timeout", 0, 0, G_OPTION_ARG_INT, &o->timeout,
		 "Seconds that each run may take (60)", "SECONDS"},
		{"all", 'a', 0, G_OPTION_ARG_NONE, &o->all,
		 "List each instruction with its reason, not the first few", NULL},
		{"format", 'f', 0, G_OPTION_ARG_STRING, &o->format, "table, json or sarif (table)",
		 "FORMAT"},
		{"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output,
		 "Write there, all at once, instead of to standard output", "FILE"},
		{"no-sandbox", 0, 0, G_OPTION_ARG_NONE, &o->no_sandbox,
		 "Run without bubblewrap: only for code that you trust", NULL},
		{"quiet", 'q', 0, G_OPTION_ARG_NONE, &o->quiet, "No progress", NULL},
		{NULL},
	};

	return cmd_parse(argc, argv, entries, "audit [OPTION...] [--] PROGRAM [ARGUMENT...]",
			 summary, description, CMD_PROGRAM, status);
}

/* What is repeated here is no case that 'a64rig run' knows. */
static gchar *replay(const Options *options, const Single *single)
{
	const struct {
		const gchar *option, *value;
	} given[] = {{"--baseline", options->baseline},
		     {"--reference", options->reference},
		     {"--engine", options->engine},
		     {"--image", options->image}};
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();
	g_auto(GStrv) argv = NULL;

	g_strv_builder_add_many(words, "a64rig", "audit", NULL);
	for (guint i = 0; i < G_N_ELEMENTS(given); i++)
		if (given[i].value)
			g_strv_builder_add_many(words, given[i].option, given[i].value, NULL);
	if (options->no_sandbox)
		g_strv_builder_add(words, "--no-sandbox");
	single_add_words(single, words);
	argv = g_strv_builder_end(words);
	return as_typed((const gchar *const *)argv);
}

/* First what became of the program, then what it executed. */
static gchar *table(const Options *options, Results *results)
{
	gboolean colour = !options->output && cmd_colour(STDOUT_FILENO);
	guint width = options->output ? 0 : cmd_width(STDOUT_FILENO);
	g_autoptr(Scan) audit = g_steal_pointer(&results->audit);
	g_autofree gchar *first = report_table(results, colour, width);
	g_autofree gchar *second = scan_table(audit, colour, width, options->all);

	results->audit = g_steal_pointer(&audit);
	return g_strconcat(first, "\n", second, NULL);
}

static gchar *as_text(const Options *options, Results *results)
{
	if (g_strcmp0(options->format, "json") == 0)
		return report_json(results, FALSE, 0);
	if (g_strcmp0(options->format, "sarif") == 0)
		return scan_sarif(results->audit);
	return table(options, results);
}

static int tell(const Options *options, Results *results, const gchar *kept)
{
	g_autofree gchar *text = as_text(options, results);
	int status = results_put(text, options->output);

	if (kept)
		g_printerr("a64rig: the runs are left in %s\n", kept);
	if (!status)
		status = results_status(results);
	if (!status && scan_count(results->audit, HIT_BARE))
		status = EXIT_UNEXPECTED;
	return status;
}

static int carry_out(const Options *options, const Request *request, const Single *single,
		     Engine *const *engines, GCancellable *cancellable)
{
	g_autoptr(Results) results = NULL;
	g_autofree gchar *kept = NULL;
	g_autoptr(GError) error = NULL;
	Progress progress;
	RunWatch watch = {.news = progress_news, .data = &progress};
	Finding *finding;

	progress_start(&progress, options->quiet);
	results = run_plan(single->plan, request, engines, engines_count(engines), cancellable,
			   &watch, &kept, &error);
	progress_end(&progress);
	if (!results)
		return cmd_fail(error);
	if (results->interrupted || !results->findings->len)
		return EXIT_INTERRUPTED;
	finding = g_ptr_array_index(results->findings, 0);
	g_free(finding->replay);
	finding->replay = replay(options, single);
	return tell(options, results, kept);
}

static int audit(const Options *options, gchar **words)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Paths) paths = paths_new(&error);
	g_autoptr(GCancellable) cancellable = g_cancellable_new();
	Single *single = NULL;
	Engine **engines = NULL;
	int status;
	Request request = {
		.paths = paths,
		.baseline = options->baseline ? options->baseline : REQUEST_BASELINE,
		.reference = options->reference ? options->reference : REQUEST_REFERENCE,
		.jobs = 1,
		.repeat = 1,
		.timeout = (guint)options->timeout,
		.sandbox = !options->no_sandbox,
		.audit = TRUE,
		.image = options->image ? options->image : REQUEST_IMAGE,
	};

	if (!paths || !results_output_fits(options->output, &error))
		return cmd_fail(error);
	signals_catch(cancellable);
	single = single_new(&request, words[0], words + 1, options->sysroot, &error);
	if (single)
		engines = engines_new(options->engine ? options->engine : "user", &request, &error);
	status = engines ? carry_out(options, &request, single, engines, cancellable)
			 : cmd_fail(error);
	if (engines)
		engines_free(engines);
	single_free(single);
	return status;
}

static const gchar *complaint(const Options *options)
{
	const gchar *const formats[] = {"table", "json", "sarif", NULL};

	if (options->format && !g_strv_contains(formats, options->format))
		return "--format takes table, json or sarif";
	if (options->engine &&
	    (!engines_known(options->engine) || !strcmp(options->engine, "both")))
		return "--engine takes user or system";
	if (options->image && !(options->engine && engines_boot(options->engine)))
		return "--image needs --engine system";
	if (options->timeout < 1 || options->timeout > 86400)
		return "--timeout takes seconds, from 1 to 86400";
	return NULL;
}

static int run(int argc, gchar **argv)
{
	g_auto(Options) options = {.timeout = 60};
	int status;

	if (!parse(&options, &argc, &argv, &status))
		return status;
	if (complaint(&options))
		return cmd_refuse("audit", complaint(&options));
	if (argc < 2)
		return cmd_refuse("audit", "no PROGRAM is named");
	return audit(&options, argv + 1);
}

const Command cmd_audit = {"audit", "tell what a program executes above the baseline", run};
