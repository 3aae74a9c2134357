#include "check/check.h"

#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/engines.h"
#include "cmd/progress.h"
#include "cmd/results.h"
#include "cmd/signals.h"
#include "report/checked.h"

typedef struct {
	gchar *baseline, *reference, *smoke, *format, *output;
	gint timeout, jobs;
	gboolean no_sandbox, quiet;
} Options;

static const gchar summary[] =
	"Does what we ship run on ARMv8.0? Opens each target, scans all arm64 code in it, loads "
	"or\n"
	"starts it on the baseline and on the reference, and answers for every profile.";

static const gchar description[] =
	"Targets:\n"
	"  FILE                an addon (.node), a shared or static library, a program, an object\n"
	"  FOLDER              with all that lies below it\n"
	"  ARCHIVE             .tgz, .tar.*, .zip, .whl, .deb, a container's root file system\n"
	"  npm:NAME@VERSION    a package, or its optional dependency for arm64 Linux\n"
	"  deb:NAME=VERSION    a Debian package for arm64; without =VERSION Debian 12's, or the "
	"newest\n"
	"\n"
	"An addon is loaded by Node.js, an extension module by the Python that it is for, a "
	"library\n"
	"by a program that does nothing else, a program is asked for its --version; --smoke does\n"
	"more. What is started gets no network, none of your files, and can write nowhere but in "
	"a\n"
	"folder of its own.\n"
	"\n"
	"Examples:\n"
	"  a64rig check ./my.linux-arm64-gnu.node\n"
	"  a64rig check npm:@node-rs/crc32@1.10.7\n"
	"  a64rig check --smoke 'addon.crc32(\"a\")' npm:@node-rs/crc32-linux-arm64-gnu@1.10.8\n"
	"  a64rig check deb:libjemalloc2 dist/*.whl\n"
	"  a64rig check --format markdown dist/ >>\"$GITHUB_STEP_SUMMARY\"\n"
	"  git bisect run sh -c 'make || exit 125; a64rig check -q build/libx.so'\n"
	"\n"
	"Exit status: 0 all run, 1 something will not run, 125 cannot tell, 2 usage or no such\n"
	"target, 3 the rig failed.\n";

static void options_clear(Options *options)
{
	g_free(options->baseline);
	g_free(options->reference);
	g_free(options->smoke);
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
		{"smoke", 0, 0, G_OPTION_ARG_STRING, &o->smoke,
		 "JavaScript to run with the loaded 'addon', Python with the 'module'; or a "
		 "program's arguments, instead of --version",
		 "SCRIPT"},
		{"timeout", 0, 0, G_OPTION_ARG_INT, &o->timeout,
		 "Seconds that each start may take (30)", "SECONDS"},
		{"jobs", 'j', 0, G_OPTION_ARG_INT, &o->jobs,
		 "Files at once (one for each processor)", "N"},
		{"format", 'f', 0, G_OPTION_ARG_STRING, &o->format,
		 "table, json, sarif or markdown (table)", "FORMAT"},
		{"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output,
		 "Write there, all at once, instead of to standard output", "FILE"},
		{"no-sandbox", 0, 0, G_OPTION_ARG_NONE, &o->no_sandbox,
		 "Run without bubblewrap: only for code that you trust", NULL},
		{"quiet", 'q', 0, G_OPTION_ARG_NONE, &o->quiet, "No progress", NULL},
		{NULL},
	};

	return cmd_parse(argc, argv, entries, "check [OPTION...] TARGET...", summary, description,
			 CMD_WORDS, status);
}

static gchar *as_text(const Options *options, const Checks *checks)
{
	gboolean file = options->output != NULL;

	if (g_strcmp0(options->format, "json") == 0)
		return checked_json(checks);
	if (g_strcmp0(options->format, "sarif") == 0)
		return checked_sarif(checks);
	if (g_strcmp0(options->format, "markdown") == 0)
		return checked_markdown(checks);
	return checked_table(checks, !file && cmd_colour(STDOUT_FILENO),
			     file ? 0 : cmd_width(STDOUT_FILENO));
}

static int tell(const Options *options, const Checks *checks)
{
	static const int statuses[] = {[CHECKED_RUNS] = EXIT_EXPECTED,
				       [CHECKED_UNCLEAR] = EXIT_CANNOT_JUDGE,
				       [CHECKED_DIES] = EXIT_UNEXPECTED};
	g_autofree gchar *text = as_text(options, checks);
	int status = results_put(text, options->output);

	return status ? status : statuses[checks_verdict(checks)];
}

static int check_all(const Options *options, const CheckRequest *request, gchar **words)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Checks) checks = checks_new();
	gboolean well = TRUE;

	checks->results->baseline = g_strdup(request->request->baseline);
	checks->results->reference = g_strdup(request->request->reference);
	for (; *words && well; words++)
		well = check_add(request, *words, checks, &error);
	progress_end(request->watch->data);
	if (g_cancellable_is_cancelled(request->cancellable))
		return EXIT_INTERRUPTED;
	return well ? tell(options, checks) : cmd_fail(error);
}

static int check(const Options *options, gchar **words)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Paths) paths = paths_new(&error);
	g_autoptr(GCancellable) cancellable = g_cancellable_new();
	Engine **engines = NULL;
	Progress progress;
	const RunWatch watch = {.news = progress_news, .data = &progress};
	const Request what = {
		.paths = paths,
		.baseline = options->baseline ? options->baseline : REQUEST_BASELINE,
		.reference = options->reference ? options->reference : REQUEST_REFERENCE,
		.jobs = options->jobs ? (guint)options->jobs : g_get_num_processors(),
		.repeat = 1,
		.timeout = (guint)options->timeout,
		.sandbox = !options->no_sandbox,
		.audit = TRUE,
	};
	CheckRequest request = {.request = &what,
				.smoke = options->smoke,
				.watch = &watch,
				.cancellable = cancellable};
	int status;

	if (!paths || !results_output_fits(options->output, &error))
		return cmd_fail(error);
	signals_catch(cancellable);
	engines = engines_new("user", &what, &error);
	if (!engines)
		return cmd_fail(error);
	request.engines = engines;
	progress_start(&progress, options->quiet);
	status = check_all(options, &request, words);
	engines_free(engines);
	return status;
}

static const gchar *complaint(const Options *options)
{
	const gchar *const formats[] = {"table", "json", "sarif", "markdown", NULL};

	if (options->format && !g_strv_contains(formats, options->format))
		return "--format takes table, json, sarif or markdown";
	if (options->timeout < 1 || options->timeout > 86400)
		return "--timeout takes seconds, from 1 to 86400";
	if (options->jobs < 0 || options->jobs > 1024)
		return "--jobs takes a number from 1 to 1024";
	return NULL;
}

static int run(int argc, gchar **argv)
{
	g_auto(Options) options = {.timeout = CHECK_TIMEOUT};
	int status;

	if (!parse(&options, &argc, &argv, &status))
		return status;
	if (complaint(&options))
		return cmd_refuse("check", complaint(&options));
	if (argc < 2)
		return cmd_refuse("check", "no TARGET is named");
	return check(&options, argv + 1);
}

const Command cmd_check = {"check", "tell whether what is shipped runs on ARMv8.0", run};
