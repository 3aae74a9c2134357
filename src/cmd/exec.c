#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/write.h"
#include "cmd/cmd.h"
#include "report/report.h"
#include "report/section.h"
#include "run/exec.h"

typedef struct {
	gchar *baseline, *reference, *sysroot, *record, *status;
	gchar **bound;
	gboolean no_sandbox, no_reference;
} Options;

static const gchar summary[] =
	"Runs one arm64 program on the baseline as if it were started itself: its input and "
	"output,\n"
	"arguments, environment, folder, terminal, signals and exit status are yours. Where it "
	"dies "
	"of\nSIGILL, it is run on the reference, too, and standard error tells what it died of.";

static const gchar description[] =
	"Examples:\n"
	"  a64rig exec ./prog --fast <input >output\n"
	"  cmake -DCMAKE_CROSSCOMPILING_EMULATOR='a64rig;exec' ...\n"
	"  CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER='a64rig exec' cargo test --target ...\n"
	"  exe_wrapper = ['a64rig', 'exec']                  in a cross file of Meson's\n"
	"  git bisect run sh -c 'make || exit 125; a64rig exec ./prog'\n"
	"  a64rig exec --record all.jsonl -- ./prog          for 'a64rig report'\n"
	"\n"
	"The program gets no network and sees nothing of your home folder but its work tree. Exit\n"
	"status: the program's own; where it died of SIGILL 1, or 125 where the reference does, "
	"too.\n"
	"2 usage or a bad program, 3 the rig failed.\n";

static void clear(Options *options)
{
	g_free(options->baseline);
	g_free(options->reference);
	g_free(options->sysroot);
	g_free(options->record);
	g_free(options->status);
	g_strfreev(options->bound);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, clear)

static gboolean parse(Options *o, int *argc, gchar ***argv, int *status)
{
	const GOptionEntry entries[] = {
		{"baseline", 'b', 0, G_OPTION_ARG_STRING, &o->baseline,
		 "The older CPU or board (" REQUEST_BASELINE ")", "PROFILE"},
		{"reference", 'r', 0, G_OPTION_ARG_STRING, &o->reference,
		 "The newer one (" REQUEST_REFERENCE ")", "PROFILE"},
		{"sysroot", 0, 0, G_OPTION_ARG_FILENAME, &o->sysroot,
		 "The arm64 root that the program runs in ($A64RIG_SYSROOT, or the prepared one)",
		 "FOLDER"},
		{"bind", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->bound,
		 "Let it see and write this folder, too; may be repeated ($A64RIG_EXEC_BIND)",
		 "FOLDER"},
		{"record", 0, 0, G_OPTION_ARG_FILENAME, &o->record,
		 "Append the finding to this file, a line of JSON ($A64RIG_EXEC_RECORD)", "FILE"},
		{"exit-status", 0, 0, G_OPTION_ARG_STRING, &o->status,
		 "Of a program that died of SIGILL: rig, 1 or 125; raw, die of it, too (rig)",
		 "rig|raw"},
		{"no-reference", 0, 0, G_OPTION_ARG_NONE, &o->no_reference,
		 "Never run it twice: judge by the instruction alone", NULL},
		{"no-sandbox", 0, 0, G_OPTION_ARG_NONE, &o->no_sandbox,
		 "Run without bubblewrap: only for code that you trust", NULL},
		{NULL},
	};

	return cmd_parse(argc, argv, entries, "exec [OPTION...] [--] PROGRAM [ARGUMENT...]",
			 summary, description, CMD_PROGRAM, status);
}

static void notice(const gchar *text)
{
	g_printerr("a64rig: %s\n", text);
}

static const gchar *given(const gchar *option, const gchar *otherwise)
{
	return option && *option ? option : otherwise;
}

static const gchar *given_or_set(const gchar *option, const gchar *value)
{
	return given(option, value && *value ? value : NULL);
}

/* Those of the option, then those of the environment. Free with g_strfreev(). */
static gchar **bound(const Options *options)
{
	const gchar *list = g_getenv("A64RIG_EXEC_BIND");
	g_auto(GStrv) more = g_strsplit(list ? list : "", ":", -1);
	g_autoptr(GStrvBuilder) all = g_strv_builder_new();

	if (options->bound)
		g_strv_builder_addv(all, (const gchar **)options->bound);
	for (gchar **folder = more; *folder; folder++)
		if (**folder)
			g_strv_builder_add(all, *folder);
	return g_strv_builder_end(all);
}

/* One write under a lock: many may append at once. */
static gboolean record(const gchar *path, Results *results, GError **error)
{
	int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	g_autofree gchar *line = NULL;
	gboolean written;

	if (!exec_complete(results, error)) {
		if (file >= 0)
			close(file);
		return FALSE;
	}
	line = report_json_line(results);
	written = file >= 0 && !flock(file, LOCK_EX) && write_all(file, line, strlen(line));
	if (!written)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "--record: cannot append to '%s': %s", path, g_strerror(errno));
	if (file >= 0)
		close(file);
	return written;
}

static void print(const Finding *finding)
{
	g_autoptr(GString) text = g_string_new(NULL);
	Page page = {text, cmd_colour(STDERR_FILENO), cmd_width(STDERR_FILENO)};

	section_finding(&page, finding);
	write_all(STDERR_FILENO, text->str, text->len);
}

/* So that whoever started this sees the same as of the program. Leaves no core. */
static int die(int number)
{
	const struct rlimit none = {0, 0};
	sigset_t one;

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	signal(number, SIG_DFL);
	sigemptyset(&one);
	sigaddset(&one, number);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	raise(number);
	return 128 + number;
}

static int end(const Finding *finding, gboolean raw)
{
	const Outcome *baseline = finding->baseline, *reference = finding->reference;

	if (baseline->kind == OUTCOME_EXITED)
		return baseline->code;
	if (baseline->signal != SIGILL || raw)
		return die(baseline->signal);
	if (finding->verdict == VERDICT_RIG_FAULT) {
		g_printerr("a64rig: %s\n", reference->reason);
		return EXIT_RIG_FAULT;
	}
	return finding->verdict == VERDICT_INCONCLUSIVE ? EXIT_CANNOT_JUDGE : EXIT_UNEXPECTED;
}

static int carry_out(const Options *options, const ExecRequest *request, gchar **words)
{
	g_autoptr(GError) error = NULL;
	const gchar *file = given_or_set(options->record, g_getenv("A64RIG_EXEC_RECORD"));
	g_autoptr(Results) results = exec_run(request, words, notice, &error);
	const Finding *finding;

	if (!results)
		return cmd_fail(error);
	finding = g_ptr_array_index(results->findings, 0);
	if (finding->baseline->fault)
		print(finding);
	if (file && !record(file, results, &error))
		return cmd_fail(error);
	return end(finding, !g_strcmp0(options->status, "raw"));
}

static int run(int argc, gchar **argv)
{
	g_auto(Options) options = {0};
	g_autoptr(GError) error = NULL;
	g_autoptr(Paths) paths = NULL;
	g_auto(GStrv) folders = NULL;
	ExecRequest request;
	int status;

	if (!parse(&options, &argc, &argv, &status))
		return status;
	/* GOption leaves it where another one follows. */
	if (argc > 1 && g_str_equal(argv[1], "--"))
		argc--, argv++;
	if (argc < 2)
		return cmd_refuse("exec", "which program?");
	if (options.status && !g_str_equal(options.status, "rig") &&
	    !g_str_equal(options.status, "raw"))
		return cmd_refuse("exec", "--exit-status takes rig or raw");
	paths = paths_new(&error);
	if (!paths)
		return cmd_fail(error);
	folders = bound(&options);
	request = (ExecRequest){
		.paths = paths,
		.baseline = given(options.baseline, REQUEST_BASELINE),
		.reference = given(options.reference, REQUEST_REFERENCE),
		.sysroot = given_or_set(options.sysroot, g_getenv("A64RIG_SYSROOT")),
		.bound = folders,
		.sandbox = !options.no_sandbox,
		.compare = !options.no_reference,
	};
	return carry_out(&options, &request, argv + 1);
}

const Command cmd_exec = {"exec", "run one program in place, and explain its SIGILL", run};
