#include <string.h>
#include <unistd.h>

#include "check/hunt.h"
#include "cmd/cmd.h"
#include "cmd/engines.h"
#include "cmd/progress.h"
#include "cmd/results.h"
#include "cmd/signals.h"
#include "report/text.h"

typedef struct {
	gchar *git, *build, *target, *test, *npm, *debian, *list, *good, *bad;
	gchar *baseline, *reference, *smoke, *format, *output, *log;
	gint probes, repeat, jobs, timeout, build_timeout;
	gboolean fresh, no_sandbox, quiet;
} Options;

static const gchar summary[] =
	"Finds the version that brought in what dies on ARMv8.0, and the one that took it out.";

static const gchar description[] =
	"With --good and --bad the first bad version between them is searched (or the first good\n"
	"one, where the bad one is older). With neither, versions over the whole range are "
	"judged,\n"
	"all up to 100 and of git 32, and each change of verdict is told.\n"
	"\n"
	"What was found out about a version is kept: nothing is built, fetched or run twice, and "
	"a\n"
	"search that was interrupted goes on where it was.\n"
	"\n"
	"Builds of git run in work trees of our own, never in yours, in a sandbox without "
	"network,\n"
	"with CC, CXX, AR, CMAKE_TOOLCHAIN_FILE and MESON_CROSS_FILE set to the arm64 toolchain. "
	"A\n"
	"commit that does not build is skipped.\n"
	"\n"
	"Examples:\n"
	"  a64rig bisect --npm @node-rs/crc32-linux-arm64-gnu\n"
	"  a64rig bisect --npm @node-rs/argon2 --good 2.0.2 --bad 2.2.0\n"
	"  a64rig bisect --deb libmimalloc2.0\n"
	"  a64rig bisect --git mimalloc --good v2.1.7 --bad v2.1.9 \\\n"
	"    --build 'cmake -B out && cmake --build out -j4' --target out/libmimalloc.so\n"
	"  a64rig bisect --versions builds.txt     lines of \"NAME TARGET\" or \"NAME ! COMMAND\"\n"
	"\n"
	"Exit status: 0 searched, 125 nothing could be judged, or good and bad are alike, 2 "
	"usage,\n"
	"3 the rig failed.\n";

/* What is shown while it runs. */
typedef struct {
	const Options *options;
	Progress progress;
	guint done;
	gint64 began;
} Show;

static void options_clear(Options *o)
{
	gchar *const texts[] = {o->git,       o->build, o->target, o->test,   o->npm,
				o->debian,    o->list,  o->good,   o->bad,    o->baseline,
				o->reference, o->smoke, o->format, o->output, o->log};

	for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static gboolean parse(Options *o, int *argc, gchar ***argv, int *status)
{
	const GOptionEntry entries[] = {
		{"npm", 0, 0, G_OPTION_ARG_STRING, &o->npm, "Versions of an npm package", "NAME"},
		{"deb", 0, 0, G_OPTION_ARG_STRING, &o->debian,
		 "Versions of a Debian package over the suites", "NAME"},
		{"versions", 0, 0, G_OPTION_ARG_FILENAME, &o->list, "Versions that a file lists",
		 "FILE"},
		{"git", 0, 0, G_OPTION_ARG_FILENAME, &o->git, "Commits of a repository", "FOLDER"},
		{"build", 0, 0, G_OPTION_ARG_STRING, &o->build, "Of git: what builds a commit",
		 "COMMAND"},
		{"target", 0, 0, G_OPTION_ARG_FILENAME, &o->target,
		 "Of git: what of the build is checked (all of it)", "PATH"},
		{"test", 0, 0, G_OPTION_ARG_STRING, &o->test,
		 "Of git: judges a build instead: 0 good, 125 skip, else bad", "COMMAND"},
		{"good", 0, 0, G_OPTION_ARG_STRING, &o->good, "A version that runs", "VERSION"},
		{"bad", 0, 0, G_OPTION_ARG_STRING, &o->bad, "A version that does not", "VERSION"},
		{"probes", 0, 0, G_OPTION_ARG_INT, &o->probes,
		 "Without --good and --bad: how many versions are judged, 0 for all", "N"},
		{"repeat", 0, 0, G_OPTION_ARG_INT, &o->repeat,
		 "Judge each version so often, and take what most say (1)", "N"},
		{"jobs", 'j', 0, G_OPTION_ARG_INT, &o->jobs,
		 "Builds or downloads at once, some of them ahead of need (1)", "N"},
		{"smoke", 0, 0, G_OPTION_ARG_STRING, &o->smoke, "As of 'a64rig check'", "SCRIPT"},
		{"baseline", 'b', 0, G_OPTION_ARG_STRING, &o->baseline,
		 "The older CPU or board (" REQUEST_BASELINE ")", "PROFILE"},
		{"reference", 'r', 0, G_OPTION_ARG_STRING, &o->reference,
		 "The newer one (" REQUEST_REFERENCE ")", "PROFILE"},
		{"timeout", 0, 0, G_OPTION_ARG_INT, &o->timeout,
		 "Seconds that each start may take (30)", "SECONDS"},
		{"build-timeout", 0, 0, G_OPTION_ARG_INT, &o->build_timeout,
		 "Seconds that each build, and --test, may take (1800)", "SECONDS"},
		{"fresh", 0, 0, G_OPTION_ARG_NONE, &o->fresh,
		 "Forget what earlier searches have found out", NULL},
		{"log", 0, 0, G_OPTION_ARG_FILENAME, &o->log,
		 "Of git: write a log that 'git bisect replay' takes", "FILE"},
		{"format", 'f', 0, G_OPTION_ARG_STRING, &o->format, "table or json (table)",
		 "FORMAT"},
		{"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output,
		 "Write there, all at once, instead of to standard output", "FILE"},
		{"no-sandbox", 0, 0, G_OPTION_ARG_NONE, &o->no_sandbox,
		 "Build and run without bubblewrap: only for code that you trust", NULL},
		{"quiet", 'q', 0, G_OPTION_ARG_NONE, &o->quiet, "No progress", NULL},
		{NULL},
	};

	return cmd_parse(argc, argv, entries, "bisect [OPTION...]", summary, description,
			 CMD_NO_WORDS, status);
}

/* --- progress --- */

static gchar *time_left(const Show *show, guint steps)
{
	gint64 spent = (g_get_monotonic_time() - show->began) / G_USEC_PER_SEC;
	gint64 left = show->done ? spent * steps / show->done : 0;

	if (!left)
		return g_strdup("");
	return left < 100 ? g_strdup_printf(", about %d s", (int)left)
			  : g_strdup_printf(", about %d min", (int)(left + 59) / 60);
}

static void show_news(const gchar *what, gpointer data)
{
	Show *show = data;

	progress_news(what, &show->progress);
}

static void show_left(guint left, guint steps, gpointer data)
{
	Show *show = data;
	g_autofree gchar *time = time_left(show, steps);
	g_autofree gchar *line =
		g_strdup_printf("%u versions left, about %u steps%s", left, steps, time);

	progress_news(line, &show->progress);
}

/* A line for each version stays. */
static void show_judged(const Version *version, const Judged *judged, gpointer data)
{
	Show *show = data;
	const gchar *why = judged->verdict == BISECT_GOOD ? NULL
			   : judged->instruction          ? judged->instruction
							  : judged->reason;
	g_autofree gchar *name = text_clean(version->id);

	show->done++;
	if (show->options->quiet)
		return;
	progress_end(&show->progress);
	g_printerr("  %-5s %.12s%s%s\n", bisect_name(judged->verdict), name, why ? "  " : "",
		   why ? why : "");
}

/* The parts of a judgement are not worth a line. */
static void no_news(const gchar *what, gpointer data)
{
	(void)what;
	(void)data;
}

/* --- the search --- */

static int tell(const Options *o, const Answer *answer)
{
	g_autofree gchar *text =
		g_strcmp0(o->format, "json") == 0
			? answer_json(answer)
			: answer_table(answer, !o->output && cmd_colour(STDOUT_FILENO),
				       o->output ? 0 : cmd_width(STDOUT_FILENO));
	g_autofree gchar *log = o->log ? answer_log(answer) : NULL;
	int status = log ? results_put(log, o->log) : EXIT_EXPECTED;

	return status ? status : results_put(text, o->output);
}

/* Where all that can be said is that nothing can be, others can go on. */
static int fail(const Hunt *hunt, GCancellable *cancellable, const GError *error)
{
	g_autofree gchar *message = NULL;

	if (g_cancellable_is_cancelled(cancellable)) {
		g_printerr("a64rig: interrupted; what was found out is kept, and the same command "
			   "goes on from here\n");
		return EXIT_INTERRUPTED;
	}
	if (!hunt || (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT) &&
		      !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)))
		return cmd_fail(error);
	message = text_clean_lines(error->message);
	g_printerr("a64rig: %s: %s\n", hunt_name(hunt), message);
	return EXIT_CANNOT_JUDGE;
}

static int search(const Options *o, const CheckRequest *check)
{
	Show show = {.options = o};
	const HuntRequest request = {.check = check,
				     .git = o->git,
				     .npm = o->npm,
				     .debian = o->debian,
				     .list = o->list,
				     .build = o->build,
				     .target = o->target,
				     .test = o->test,
				     .good = o->good,
				     .bad = o->bad,
				     .probes = o->probes,
				     .repeat = (guint)o->repeat,
				     .jobs = (guint)o->jobs,
				     .build_timeout = (guint)o->build_timeout,
				     .fresh = o->fresh,
				     .news = show_news,
				     .left = show_left,
				     .judged = show_judged,
				     .data = &show};
	g_autoptr(GError) error = NULL;
	g_autoptr(Hunt) hunt = NULL;
	gboolean found;

	progress_start(&show.progress, o->quiet);
	hunt = hunt_new(&request, &error);
	show.began = g_get_monotonic_time();
	found = hunt && hunt_run(hunt, &error);
	progress_end(&show.progress);
	return found ? tell(o, hunt_answer(hunt)) : fail(hunt, check->cancellable, error);
}

static int search_with(const Options *o, const Paths *paths, GCancellable *cancellable)
{
	const RunWatch watch = {.news = no_news};
	const Request what = {
		.paths = paths,
		.baseline = o->baseline ? o->baseline : REQUEST_BASELINE,
		.reference = o->reference ? o->reference : REQUEST_REFERENCE,
		.jobs = g_get_num_processors(),
		.repeat = 1,
		.timeout = (guint)o->timeout,
		.sandbox = !o->no_sandbox,
		.audit = TRUE,
	};
	CheckRequest check = {
		.request = &what, .smoke = o->smoke, .watch = &watch, .cancellable = cancellable};
	g_autoptr(GError) error = NULL;
	Engine **engines = engines_new("user", &what, &error);
	int status;

	if (!engines)
		return cmd_fail(error);
	check.engines = engines;
	status = search(o, &check);
	engines_free(engines);
	return status;
}

static int bisect_main(const Options *options)
{
	g_autoptr(GCancellable) cancellable = g_cancellable_new();
	g_autoptr(GError) error = NULL;
	g_autoptr(Paths) paths = paths_new(&error);

	if (!paths || !results_output_fits(options->output, &error) ||
	    !results_output_fits(options->log, &error))
		return cmd_fail(error);
	signals_catch(cancellable);
	return search_with(options, paths, cancellable);
}

static const gchar *complaint(const Options *o)
{
	guint sources = !!o->git + !!o->npm + !!o->debian + !!o->list;

	if (sources != 1)
		return "name one of --npm, --deb, --versions and --git";
	if (!o->git && (o->build || o->target || o->test || o->log))
		return "--build, --target, --test and --log go with --git";
	if (!o->good != !o->bad)
		return "--good and --bad go together; with neither the whole range is judged";
	if (o->format && !g_str_equal(o->format, "table") && !g_str_equal(o->format, "json"))
		return "--format takes table or json";
	if (o->target && (g_path_is_absolute(o->target) || strstr(o->target, "..")))
		return "--target takes a path below the repository's folder";
	if (o->probes < -1)
		return "--probes takes a number, 0 for all";
	if (o->repeat < 1 || o->repeat > 99)
		return "--repeat takes a number from 1 to 99";
	if (o->jobs < 1 || o->jobs > 64)
		return "--jobs takes a number from 1 to 64";
	if (o->timeout < 1 || o->timeout > 86400 || o->build_timeout < 1 ||
	    o->build_timeout > 86400)
		return "--timeout and --build-timeout take seconds, from 1 to 86400";
	return NULL;
}

static int run(int argc, gchar **argv)
{
	g_auto(Options) options = {.probes = -1,
				   .repeat = 1,
				   .jobs = 1,
				   .timeout = CHECK_TIMEOUT,
				   .build_timeout = 1800};
	gchar *absolute;
	int status;

	if (!parse(&options, &argc, &argv, &status))
		return status;
	if (complaint(&options))
		return cmd_refuse("bisect", complaint(&options));
	if (options.git) {
		absolute = path_absolute(options.git);
		g_free(options.git);
		options.git = absolute;
	}
	return bisect_main(&options);
}

const Command cmd_bisect = {"bisect", "find the version that brought it in", run};
