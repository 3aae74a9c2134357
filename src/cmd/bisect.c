#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/lock.h"
#include "check/answer.h"
#include "cmd/cmd.h"
#include "cmd/engines.h"
#include "cmd/progress.h"
#include "cmd/results.h"
#include "cmd/signals.h"

/* Versions that are all judged where neither good nor bad is named; of more, and of git, so many.
 */
enum { ALL = 100, GIT_PROBES = 32 };

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

/* All that a search has open. */
typedef struct {
	const Options *options;
	Paths *paths;
	GCancellable *cancellable;
	Progress progress;
	Source *source;
	gchar *folder; /* of what is kept */
	int lock;
	Builds *builds;
	Track *track;
	Bisect *bisect;
	guint done, left, steps;
	gint64 began;
} Search;

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

static gchar *time_left(const Search *search)
{
	gint64 spent = (g_get_monotonic_time() - search->began) / G_USEC_PER_SEC;
	gint64 left = search->done ? spent * search->steps / search->done : 0;

	if (!left)
		return g_strdup("");
	return left < 100 ? g_strdup_printf(", about %d s", (int)left)
			  : g_strdup_printf(", about %d min", (int)(left + 59) / 60);
}

static void show_left(guint left, guint steps, gpointer data)
{
	Search *search = data;
	g_autofree gchar *time = NULL;
	g_autofree gchar *line = NULL;

	search->left = left;
	search->steps = steps;
	time = time_left(search);
	line = g_strdup_printf("%u versions left, about %u steps%s", left, steps, time);
	progress_news(line, &search->progress);
}

/* A line for each version stays. */
static void show_judged(guint revision, const Judged *judged, gpointer data)
{
	Search *search = data;
	const Version *version = g_ptr_array_index(search->source->versions, revision);
	const gchar *why = judged->verdict == BISECT_GOOD ? NULL
			   : judged->instruction          ? judged->instruction
							  : judged->reason;

	search->done++;
	if (search->options->quiet)
		return;
	progress_end(&search->progress);
	g_printerr("  %-5s %.12s%s%s\n", bisect_name(judged->verdict), version->id, why ? "  " : "",
		   why ? why : "");
}

static gboolean judge(guint revision, BisectVerdict *verdict, gpointer data, GError **error)
{
	const Search *search = data;

	return track_judge(search->track, revision, verdict, error);
}

/* The parts of a judgement are not worth a line. */
static void no_news(const gchar *what, gpointer data)
{
	(void)what;
	(void)data;
}

/* --- what is searched --- */

static Source *open_source(Search *search, GError **error)
{
	const Options *o = search->options;
	const SourceRequest request = {.paths = search->paths,
				       .news = progress_news,
				       .data = &search->progress,
				       .cancellable = search->cancellable};
	const gchar *revisions[] = {"HEAD", NULL, NULL};

	if (o->npm)
		return source_npm(&request, o->npm, error);
	if (o->debian)
		return source_debian(&request, o->debian, error);
	if (o->list)
		return source_list(o->list, error);
	if (o->good && o->bad) {
		revisions[0] = o->good;
		revisions[1] = o->bad;
	}
	return source_git(o->git, revisions, error);
}

/* What makes two searches the same, so that the one may use what the other has found. */
static gchar *folder_of(const Search *search)
{
	const Options *o = search->options;
	const gchar *const parts[] = {A64RIG_VERSION,
				      search->source->name,
				      o->baseline ? o->baseline : REQUEST_BASELINE,
				      o->reference ? o->reference : REQUEST_REFERENCE,
				      o->smoke,
				      o->build,
				      o->target,
				      o->test};
	g_autoptr(GString) key = g_string_new(NULL);
	g_autofree gchar *sum = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
		g_string_append_printf(key, "%s\n", parts[i] ? parts[i] : "");
	sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, key->str, -1);
	sum[32] = '\0';
	return g_build_filename(search->paths->bisect, sum, NULL);
}

static void waits(gpointer data)
{
	progress_news("waiting for another rig, which searches the same", data);
}

static void forget(const gchar *ledger)
{
	g_autoptr(GDir) dir = g_dir_open(ledger, 0, NULL);
	const gchar *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree gchar *path = g_build_filename(ledger, name, NULL);

		g_remove(path);
	}
}

static gchar *open_folder(Search *search, GError **error)
{
	g_autofree gchar *lock = NULL;
	g_autofree gchar *ledger = NULL;

	search->folder = folder_of(search);
	lock = g_strconcat(search->folder, ".lock", NULL);
	ledger = g_build_filename(search->folder, "ledger", NULL);
	if (g_mkdir_with_parents(ledger, 0755)) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "%s: %s", ledger,
			    g_strerror(errno));
		return NULL;
	}
	search->lock = lock_take(lock, waits, &search->progress, search->cancellable, error);
	if (search->lock < 0)
		return NULL;
	if (search->options->fresh)
		forget(ledger);
	return g_steal_pointer(&ledger);
}

/* --- the search --- */

static guint probes_of(const Search *search)
{
	guint count = search->source->versions->len;

	if (search->options->probes >= 0)
		return (guint)search->options->probes;
	if (search->options->git)
		return GIT_PROBES;
	return count > ALL ? ALL : 0;
}

/* What the user says of a version is taken as it is, as git does. */
static gboolean take_end(const Search *search, const gchar *word, BisectVerdict verdict,
			 guint *number, GError **error)
{
	if (!source_find(search->source, search->options->git, word, number, error))
		return FALSE;
	if (!bisect_known(search->bisect, *number))
		bisect_know(search->bisect, *number, verdict);
	return TRUE;
}

/* One of the two between which it changes may be one that the user has named: the answer says what
 * is in it, and so it is looked at. */
static gboolean verify(const Search *search, guint number, GError **error)
{
	BisectVerdict named = bisect_known(search->bisect, number), verdict;
	const Version *version = g_ptr_array_index(search->source->versions, number);

	if (track_judged(search->track, number))
		return TRUE;
	if (!track_judge(search->track, number, &verdict, error))
		return FALSE;
	bisect_know(search->bisect, number, verdict);
	if (verdict == named)
		return TRUE;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s was named as %s, and is %s",
		    version->id, bisect_name(named),
		    verdict == BISECT_SKIP ? "one that cannot be judged" : bisect_name(verdict));
	return FALSE;
}

/* Between the two that are named, whichever is older; else all over. */
static GPtrArray *find_changes(const Search *search, GError **error)
{
	const Options *o = search->options;
	g_autoptr(GPtrArray) changes =
		g_ptr_array_new_with_free_func((GDestroyNotify)bisect_change_free);
	BisectChange *change;
	guint good, bad;

	if (!o->good)
		return bisect_all(search->bisect, probes_of(search), error);
	if (!take_end(search, o->good, BISECT_GOOD, &good, error) ||
	    !take_end(search, o->bad, BISECT_BAD, &bad, error))
		return NULL;
	change = bisect_between(search->bisect, MIN(good, bad), MAX(good, bad), error);
	if (!change)
		return NULL;
	g_ptr_array_add(changes, change);
	return verify(search, change->first, error) && verify(search, change->before, error)
		       ? g_steal_pointer(&changes)
		       : NULL;
}

static int tell(const Search *search, const GPtrArray *changes, guint known)
{
	const Options *o = search->options;
	const Answer answer = {.source = search->source,
			       .track = search->track,
			       .bisect = search->bisect,
			       .changes = changes,
			       .baseline = o->baseline ? o->baseline : REQUEST_BASELINE,
			       .known = known,
			       .repeated = o->repeat > 1};
	g_autofree gchar *text =
		g_strcmp0(o->format, "json") == 0
			? answer_json(&answer)
			: answer_table(&answer, !o->output && cmd_colour(STDOUT_FILENO),
				       o->output ? 0 : cmd_width(STDOUT_FILENO));
	g_autofree gchar *log = o->log ? answer_log(&answer) : NULL;
	int status = log ? results_put(log, o->log) : EXIT_EXPECTED;

	return status ? status : results_put(text, o->output);
}

/* Where all that can be said is that nothing can be, others can go on. */
static int fail(const Search *search, const GError *error)
{
	if (g_cancellable_is_cancelled(search->cancellable)) {
		g_printerr("a64rig: interrupted; what was found out is kept, and the same command "
			   "goes on from here\n");
		return EXIT_INTERRUPTED;
	}
	if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT) &&
	    !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
		return cmd_fail(error);
	g_printerr("a64rig: %s: %s\n", search->source->name, error->message);
	return EXIT_CANNOT_JUDGE;
}

static int search_with(Search *search, const CheckRequest *check)
{
	const Options *o = search->options;
	g_autoptr(GError) error = NULL;
	g_autofree gchar *ledger = open_folder(search, &error);
	const BuildRequest build = {.repository = o->git,
				    .folder = search->folder,
				    .command = o->build,
				    .jobs = (guint)o->jobs,
				    .timeout = (guint)o->build_timeout,
				    .sandbox = !o->no_sandbox,
				    .cancellable = search->cancellable};
	TrackRequest track = {.check = check,
			      .source = search->source,
			      .target = o->target,
			      .test = o->test,
			      .folder = ledger,
			      .told = show_judged,
			      .data = search};
	const BisectRequest bisect = {.history = search->source->history,
				      .test = judge,
				      .progress = show_left,
				      .data = search,
				      .jobs = (guint)o->jobs,
				      .repeat = (guint)o->repeat,
				      .cancellable = search->cancellable};
	g_autoptr(GPtrArray) changes = NULL;
	guint known;

	if (ledger && o->git)
		track.builds = search->builds = builds_new(&build, &error);
	if (error)
		return fail(search, error);
	search->track = track_new(&track);
	search->bisect = bisect_new(&bisect);
	known = track_recall(search->track, search->bisect);
	search->began = g_get_monotonic_time();
	changes = find_changes(search, &error);
	progress_end(&search->progress);
	return changes ? tell(search, changes, known) : fail(search, error);
}

static void search_clear(Search *search)
{
	bisect_free(search->bisect);
	track_free(search->track);
	builds_free(search->builds);
	source_free(search->source);
	paths_free(search->paths);
	g_object_unref(search->cancellable);
	if (search->lock >= 0)
		close(search->lock);
	g_free(search->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Search, search_clear)

static int search_all(Search *search, GError **error)
{
	const Options *o = search->options;
	const RunWatch watch = {.news = no_news};
	const Request what = {
		.paths = search->paths,
		.baseline = o->baseline ? o->baseline : REQUEST_BASELINE,
		.reference = o->reference ? o->reference : REQUEST_REFERENCE,
		.jobs = g_get_num_processors(),
		.repeat = 1,
		.timeout = (guint)o->timeout,
		.sandbox = !o->no_sandbox,
		.audit = TRUE,
	};
	CheckRequest check = {.request = &what,
			      .smoke = o->smoke,
			      .watch = &watch,
			      .cancellable = search->cancellable};
	Engine **engines;
	int status;

	search->source = open_source(search, error);
	if (!search->source || !search->source->versions->len)
		return -1;
	engines = engines_new("user", &what, error);
	if (!engines)
		return -1;
	check.engines = engines;
	status = search_with(search, &check);
	engines_free(engines);
	return status;
}

static int bisect_main(const Options *options)
{
	g_auto(Search) search = {.options = options, .lock = -1};
	g_autoptr(GError) error = NULL;
	int status;

	search.cancellable = g_cancellable_new();
	search.paths = paths_new(&error);
	if (!search.paths || !results_output_fits(options->output, &error) ||
	    !results_output_fits(options->log, &error))
		return cmd_fail(error);
	signals_catch(search.cancellable);
	progress_start(&search.progress, options->quiet);
	status = search_all(&search, &error);
	progress_end(&search.progress);
	if (status >= 0)
		return status;
	if (error)
		return fail(&search, error);
	return cmd_refuse("bisect", "there are no versions");
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
