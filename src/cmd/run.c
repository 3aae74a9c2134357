#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/engines.h"
#include "cmd/progress.h"
#include "cmd/results.h"
#include "cmd/signals.h"
#include "run/run.h"

enum { UNSET = G_MININT };

typedef struct {
	gchar **cases, **subjects, **tags, **profiles;
	gchar *baseline, *reference, *format, *output;
	gchar *engine, *image, *isolation, *connect, *pool;
	gint jobs, timeout, repeat;
	gboolean audit, resume, keep, dry_run, no_sandbox, quiet;
} Options;

static const gchar summary[] =
	"Runs cases with subjects on the baseline and on the reference, and says what differs.\n"
	"Without selectors: the suites of allocators and addons, with their own subjects.";

static const gchar description[] =
	"Examples:\n"
	"  a64rig run\n"
	"  a64rig run --subject ./libmyalloc.so              your own allocator, preloaded\n"
	"  a64rig run --subject ./my.linux-arm64-gnu.node    your own addon, loaded by Node.js\n"
	"  a64rig run -s npm:@node-rs/crc32-linux-arm64-gnu@1.10.7    a published one\n"
	"  a64rig run --tag npm                              all published packages\n"
	"  a64rig run -s 'mimalloc-*' -c size-classes -c fork-threads\n"
	"  a64rig run --profiles cortex-a53,cortex-a76       two more columns\n"
	"  a64rig run -t threads --repeat 5                  find flakes\n"
	"  a64rig run --format junit --output results.xml    for CI\n"
	"  a64rig run --engine system -c 'fork-*'            in guests, on a kernel of their own\n"
	"  a64rig run --audit --tag npm                      what they execute above the baseline\n"
	"  a64rig run --engine both -c 'fork-*'              do the two come to the same?\n"
	"\n"
	"What is run gets no network, none of your files, and can write nowhere but in a folder "
	"of\n"
	"its own. Exit status: 0 all as expected, 1 something flagged or not as expected,\n"
	"2 usage or a bad input file, 3 the rig failed.\n";

static void clear(Options *options)
{
	g_strfreev(options->cases);
	g_strfreev(options->subjects);
	g_strfreev(options->tags);
	g_strfreev(options->profiles);
	g_free(options->baseline);
	g_free(options->reference);
	g_free(options->format);
	g_free(options->output);
	g_free(options->engine);
	g_free(options->image);
	g_free(options->isolation);
	g_free(options->connect);
	g_free(options->pool);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, clear)

static gboolean parse(Options *o, int *argc, gchar ***argv, int *status)
{
	const GOptionEntry entries[] = {
		{"case", 'c', 0, G_OPTION_ARG_STRING_ARRAY, &o->cases,
		 "Only these cases: CASE or SUITE/CASE, a glob; may be repeated", "GLOB"},
		{"subject", 's', 0, G_OPTION_ARG_STRING_ARRAY, &o->subjects,
		 "Only these subjects: a glob, the path of a library or an addon, or "
		 "npm:NAME@VERSION; "
		 "may be repeated",
		 "GLOB|FILE"},
		{"tag", 't', 0, G_OPTION_ARG_STRING_ARRAY, &o->tags,
		 "Only cases that have this tag, or whose subject has it; may be repeated", "TAG"},
		{"baseline", 'b', 0, G_OPTION_ARG_STRING, &o->baseline,
		 "The older CPU or board (" REQUEST_BASELINE ")", "PROFILE"},
		{"reference", 'r', 0, G_OPTION_ARG_STRING, &o->reference,
		 "The newer one (" REQUEST_REFERENCE ")", "PROFILE"},
		{"profiles", 'p', 0, G_OPTION_ARG_STRING_ARRAY, &o->profiles,
		 "Further columns, separated by commas", "PROFILE,..."},
		{"engine", 0, 0, G_OPTION_ARG_STRING, &o->engine,
		 "user: qemu-aarch64; system: guests with a kernel of their own; both (user)",
		 "ENGINE"},
		{"image", 0, 0, G_OPTION_ARG_STRING, &o->image,
		 "What guests boot from (" REQUEST_IMAGE ")", "NAME"},
		{"isolation", 0, 0, G_OPTION_ARG_STRING, &o->isolation,
		 "run: a fresh guest for each run; guest: runs share guests (run)", "run|guest"},
		{"connect", 0, 0, G_OPTION_ARG_STRING, &o->connect,
		 "The libvirt that boots the guests (one of the rig's own, without a daemon)",
		 "URI"},
		{"pool", 0, 0, G_OPTION_ARG_STRING, &o->pool,
		 "libvirt's storage pool for their disks, with --connect (default)", "NAME"},
		{"jobs", 'j', 0, G_OPTION_ARG_INT, &o->jobs,
		 "How many at once (the number of processors)", "N"},
		{"timeout", 0, 0, G_OPTION_ARG_INT, &o->timeout,
		 "Seconds that a case may take (what its manifest says, or 60)", "SECONDS"},
		{"repeat", 0, 0, G_OPTION_ARG_INT, &o->repeat,
		 "Run each N times; verdicts that disagree make it flaky (1)", "N"},
		{"audit", 'a', 0, G_OPTION_ARG_NONE, &o->audit,
		 "Tell which instructions above the baseline were executed, and which are guarded",
		 NULL},
		{"resume", 0, 0, G_OPTION_ARG_NONE, &o->resume,
		 "Take what was as expected and has not changed since from earlier runs", NULL},
		{"keep", 'k', 0, G_OPTION_ARG_NONE, &o->keep,
		 "Leave the folders of all runs: output, core, command", NULL},
		{"dry-run", 'n', 0, G_OPTION_ARG_NONE, &o->dry_run,
		 "Print the commands, or the guests' libvirt domains, and run nothing", NULL},
		{"format", 'f', 0, G_OPTION_ARG_STRING, &o->format, RESULTS_FORMATS " (table)",
		 "FORMAT"},
		{"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output,
		 "Write there, all at once at the end, instead of to standard output", "FILE"},
		{"no-sandbox", 0, 0, G_OPTION_ARG_NONE, &o->no_sandbox,
		 "Run without bubblewrap: only for code that you trust", NULL},
		{"quiet", 'q', 0, G_OPTION_ARG_NONE, &o->quiet, "No progress", NULL},
		{NULL},
	};

	return cmd_parse(argc, argv, entries, "run [OPTION...]", summary, description, FALSE,
			 status);
}

/* "a,b" given twice or once means the same as two words. */
static gchar **split(gchar **words)
{
	g_autofree gchar *joined = words ? g_strjoinv(",", words) : NULL;

	return joined ? g_strsplit(joined, ",", -1) : NULL;
}

static int carry_out(const Options *options, const Request *request, Plan *plan,
		     Engine *const *engines, const ReportFormat *format, GCancellable *cancellable)
{
	g_autoptr(Results) results = NULL;
	g_autofree gchar *kept = NULL;
	g_autoptr(GError) error = NULL;
	Progress progress;
	RunWatch watch = {.progress = progress_show, .news = progress_news, .data = &progress};
	int status;

	progress_start(&progress, options->quiet);
	results = run_plan(plan, request, engines, engines_count(engines), cancellable, &watch,
			   &kept, &error);
	progress_end(&progress);
	if (!results)
		return cmd_fail(error);
	if (results->interrupted && (options->output || format != report_format("table"))) {
		g_printerr("a64rig: interrupted; nothing was written\n");
		return EXIT_INTERRUPTED;
	}
	status = results_print(results, format, options->output);
	if (kept)
		g_printerr("a64rig: the runs are left in %s\n", kept);
	if (results->interrupted)
		return EXIT_INTERRUPTED;
	return status ? status : results_status(results);
}

static int dry_run(const Request *request, Plan *plan, Engine *const *engines)
{
	g_autoptr(GError) error = NULL;
	g_autofree gchar *text = run_dry(plan, request, engines, engines_count(engines), &error);

	if (!text)
		return cmd_fail(error);
	fputs(text, stdout);
	return EXIT_EXPECTED;
}

/* Packages may have to be fetched for it. */
static Plan *make_plan(const Options *options, const Request *request, GCancellable *cancellable,
		       GError **error)
{
	Progress progress;
	PlanWatch watch = {progress_news, &progress, cancellable};
	Plan *plan;

	progress_start(&progress, options->quiet);
	plan = plan_new(request, &watch, error);
	progress_end(&progress);
	return plan;
}

static int with_request(const Options *options, const ReportFormat *format)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Paths) paths = paths_new(&error);
	g_auto(GStrv) profiles = split(options->profiles);
	g_autoptr(GCancellable) cancellable = g_cancellable_new();
	g_autoptr(Plan) plan = NULL;
	Engine **engines;
	int status;
	Request request = {
		.paths = paths,
		.cases = options->cases,
		.subjects = options->subjects,
		.tags = options->tags,
		.baseline = options->baseline ? options->baseline : REQUEST_BASELINE,
		.reference = options->reference ? options->reference : REQUEST_REFERENCE,
		.profiles = profiles,
		.jobs = (guint)options->jobs,
		.timeout = options->timeout == UNSET ? 0 : (guint)options->timeout,
		.repeat = (guint)options->repeat,
		.resume = options->resume,
		.keep = options->keep,
		.sandbox = !options->no_sandbox,
		.audit = options->audit,
		.image = options->image ? options->image : REQUEST_IMAGE,
		.connect = options->connect,
		.pool = options->pool,
		.share_guests = !g_strcmp0(options->isolation, "guest"),
	};

	if (!paths || !results_output_fits(options->output, &error))
		return cmd_fail(error);
	/* What follows has threads. */
	signals_catch(cancellable);
	plan = make_plan(options, &request, cancellable, &error);
	if (!plan && g_cancellable_is_cancelled(cancellable))
		return EXIT_INTERRUPTED;
	engines = plan ? engines_new(options->engine, &request, &error) : NULL;
	if (!engines)
		return cmd_fail(error);
	status = options->dry_run
			 ? dry_run(&request, plan, engines)
			 : carry_out(options, &request, plan, engines, format, cancellable);
	engines_free(engines);
	return status;
}

/* What is wrong with the options on engines, or NULL. */
static const gchar *engine_complaint(const Options *options)
{
	const struct {
		const gchar *value, *complaint;
	} of_guests[] = {
		{options->image, "--image needs --engine system or both"},
		{options->isolation, "--isolation needs --engine system or both"},
		{options->connect, "--connect needs --engine system or both"},
		{options->pool, "--pool needs --engine system or both"},
	};
	const gchar *isolation = options->isolation ? options->isolation : "run";

	if (!engines_known(options->engine))
		return "--engine takes user, system or both";
	if (!g_str_equal(isolation, "run") && !g_str_equal(isolation, "guest"))
		return "--isolation takes run or guest";
	if (options->audit && options->resume)
		return "--audit needs fresh runs, so it does not go with --resume";
	if (options->audit && g_str_equal(isolation, "guest"))
		return "--audit needs a guest for each run, so it does not go with --isolation "
		       "guest";
	if (engines_boot(options->engine))
		return NULL;
	for (guint i = 0; i < G_N_ELEMENTS(of_guests); i++)
		if (of_guests[i].value)
			return of_guests[i].complaint;
	return NULL;
}

static int run(int argc, gchar **argv)
{
	g_auto(Options) options = {
		.jobs = (gint)MIN(g_get_num_processors(), 1024), .timeout = UNSET, .repeat = 1};
	g_autoptr(GError) error = NULL;
	const ReportFormat *format;
	const gchar *complaint;
	int status;

	if (!parse(&options, &argc, &argv, &status))
		return status;
	if (!options.engine)
		options.engine = g_strdup("user");
	complaint = engine_complaint(&options);
	if (complaint)
		return cmd_refuse("run", complaint);
	if (options.jobs < 1 || options.jobs > 1024)
		return cmd_refuse("run", "--jobs takes a number from 1 to 1024");
	if (options.timeout != UNSET && (options.timeout < 1 || options.timeout > 86400))
		return cmd_refuse("run", "--timeout takes seconds, from 1 to 86400");
	if (options.repeat < 1 || options.repeat > 1000)
		return cmd_refuse("run", "--repeat takes a number from 1 to 1000");
	format = results_format(options.format, &error);
	if (!format)
		return cmd_refuse("run", error->message);
	return with_request(&options, format);
}

const Command cmd_run = {"run", "run cases on two CPUs, compare and explain", run};
