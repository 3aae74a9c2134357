#include <unistd.h>

#include "base/paths.h"
#include "cmd/cmd.h"
#include "cmd/results.h"
#include "cmd/signals.h"
#include "report/scan.h"
#include "run/request.h"
#include "scan/scan.h"

static const gchar summary[] =
	"Finds every instruction above the baseline in arm64 ELF files, also in folders and in\n"
	"archives (tar, zip, wheels, Debian packages, static libraries), and tells whether a test\n"
	"of the CPU guards it.";

static const gchar description[] =
	"Classes:\n"
	"  bare      code that is reached from a constructor, the entry point or an exported\n"
	"            function runs it, whatever the CPU is\n"
	"  guarded   only where a test of the CPU has passed: an outline-atomics helper, an ifunc\n"
	"            variant, code behind a test of HWCAPs\n"
	"  unknown   nothing shows either: reached only by way of a pointer, behind a test of\n"
	"            something else, or data\n"
	"\n"
	"Examples:\n"
	"  a64rig scan build/addon.node\n"
	"  a64rig scan --all libfoo.so | less\n"
	"  a64rig scan --baseline rpi4 dist/            folders, with all below them\n"
	"  a64rig scan --format sarif -o scan.sarif package.tgz\n"
	"\n"
	"Nothing is run. 'a64rig list profiles' lists the baselines. Exit status: 0 nothing bare, "
	"1\n"
	"something bare, 2 usage or a file that cannot be scanned, 3 the rig failed.\n";

typedef struct {
	gchar *baseline, *format, *output;
	gint jobs;
	gboolean all, quiet;
} Options;

static void options_clear(Options *options)
{
	g_free(options->baseline);
	g_free(options->format);
	g_free(options->output);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static gboolean parse(Options *o, int *argc, gchar ***argv, int *status)
{
	const GOptionEntry entries[] = {
		{"baseline", 'b', 0, G_OPTION_ARG_STRING, &o->baseline,
		 "The CPU or board above which instructions count (" REQUEST_BASELINE ")",
		 "PROFILE"},
		{"all", 'a', 0, G_OPTION_ARG_NONE, &o->all,
		 "List each instruction with its reason, not the first few", NULL},
		{"format", 'f', 0, G_OPTION_ARG_STRING, &o->format, "table, json or sarif (table)",
		 "FORMAT"},
		{"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output,
		 "Write there, all at once, instead of to standard output", "FILE"},
		{"jobs", 'j', 0, G_OPTION_ARG_INT, &o->jobs,
		 "Files at once (the number of processors)", "N"},
		{"quiet", 'q', 0, G_OPTION_ARG_NONE, &o->quiet, "No progress", NULL},
		{NULL},
	};

	return cmd_parse(argc, argv, entries, "scan [OPTION...] FILE...", summary, description,
			 CMD_WORDS, status);
}

/* Drawn anew where there is a terminal; a scan is too quick for lines elsewhere. */
static void show(guint done, guint total, gpointer data)
{
	guint *shown = data;

	if (done < total && done - *shown < 16)
		return;
	*shown = done;
	g_printerr("\r\033[Kscanning: %u of %u files", done, total);
	if (done == total)
		g_printerr("\r\033[K");
}

static gchar *as_text(const Options *options, const Scan *scan)
{
	if (g_strcmp0(options->format, "json") == 0)
		return scan_json(scan);
	if (g_strcmp0(options->format, "sarif") == 0)
		return scan_sarif(scan);
	return scan_table(scan, !options->output && cmd_colour(STDOUT_FILENO),
			  options->output ? 0 : cmd_width(STDOUT_FILENO), options->all);
}

static int tell(const Options *options, const Scan *scan)
{
	g_autofree gchar *text = as_text(options, scan);
	int status = results_put(text, options->output);

	for (guint i = 0; i < scan->problems->len; i++) {
		g_autofree gchar *problem = text_clean(g_ptr_array_index(scan->problems, i));

		g_printerr("a64rig: %s\n", problem);
	}
	if (status != EXIT_EXPECTED)
		return status;
	if (scan->problems->len)
		return EXIT_USAGE;
	return scan_count(scan, HIT_BARE) ? EXIT_UNEXPECTED : EXIT_EXPECTED;
}

static int scan_files(const Options *options, gchar **files)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Paths) paths = paths_new(&error);
	g_autoptr(GPtrArray) profiles = paths ? profiles_known(paths, &error) : NULL;
	g_autoptr(GCancellable) cancellable = g_cancellable_new();
	g_autoptr(Scan) scan = NULL;
	guint shown = 0;
	ScanRequest request = {.profiles = profiles,
			       .scratch = g_get_tmp_dir(),
			       .jobs = (guint)options->jobs,
			       .progress_data = &shown};

	request.baseline =
		profiles ? profile_find(profiles,
					options->baseline ? options->baseline : REQUEST_BASELINE,
					&error)
			 : NULL;
	if (!request.baseline || !results_output_fits(options->output, &error))
		return cmd_fail(error);
	if (!options->quiet && isatty(STDERR_FILENO))
		request.progress = show;
	signals_catch(cancellable);
	scan = scan_run((const gchar *const *)files, &request, cancellable, &error);
	return scan ? tell(options, scan) : EXIT_INTERRUPTED;
}

static int run(int argc, gchar **argv)
{
	g_auto(Options) options = {.jobs = (gint)MIN(g_get_num_processors(), 1024)};
	const gchar *const formats[] = {"table", "json", "sarif", NULL};
	int status;

	if (!parse(&options, &argc, &argv, &status))
		return status;
	if (options.jobs < 1 || options.jobs > 1024)
		return cmd_refuse("scan", "--jobs takes a number from 1 to 1024");
	if (options.format && !g_strv_contains(formats, options.format)) {
		g_autofree gchar *message = g_strdup_printf(
			"--format takes table, json or sarif, not '%s'", options.format);

		return cmd_refuse("scan", message);
	}
	if (argc < 2)
		return cmd_refuse("scan", "no FILE is named");
	return scan_files(&options, argv + 1);
}

const Command cmd_scan = {"scan", "find instructions above the baseline in files", run};
