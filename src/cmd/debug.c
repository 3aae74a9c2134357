#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/tree.h"
#include "base/typed.h"
#include "cmd/cmd.h"
#include "cmd/engines.h"
#include "cmd/progress.h"
#include "cmd/signals.h"
#include "cmd/target.h"
#include "report/section.h"
#include "run/debug.h"
#include "run/run.h"
#include "run/single.h"

#define GDB "gdb-multiarch"

typedef struct {
	gchar *subject, *profile, *engine, *image, *sysroot, *gdb;
	gint timeout;
	gboolean batch, lldb, at_start, no_sandbox;
} Options;

/* All that a session needs. */
typedef struct {
	const Options *options;
	const Target *target;
	Request request;
	Plan *plan;
	Single *single; /* instead, and its owner */
	Engine **engines;
	GCancellable *cancellable;
	gchar *gdb; /* its program; NULL: LLDB comes */
} Session;

static const gchar summary[] =
	"Says what a case dies of, and starts it again below a debugger, stopped at the fault.";

static const gchar description[] =
	"CASE is one case, with --subject where it has several; FINDING a file that 'a64rig run\n"
	"--format json' wrote: its first finding that is flagged, or the third one: FILE:3.\n"
	"Examples:\n"
	"  a64rig debug verdicts/bare-lse\n"
	"  a64rig debug size-classes -s mimalloc-2.1.9-default --batch\n"
	"  a64rig debug results.json:3\n"
	"  a64rig debug --engine system -- ./prog --fast     your own program, in a guest\n"
	"  a64rig debug --lldb -- ./prog                     attach LLDB yourself\n"
	"\n"
	"Exit status: the debugger's; with --batch 0 it passes, 1 it does not. 2 usage or a bad "
	"input\nfile, 3 the rig failed.\n";

static void options_clear(Options *options)
{
	g_free(options->subject);
	g_free(options->profile);
	g_free(options->engine);
	g_free(options->image);
	g_free(options->sysroot);
	g_free(options->gdb);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static void session_clear(Session *session)
{
	if (session->engines)
		engines_free(session->engines);
	if (session->single)
		single_free(session->single);
	else
		plan_free(session->plan);
	g_free(session->gdb);
	g_clear_object(&session->cancellable);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Session, session_clear)

static gboolean parse(Options *o, int *argc, gchar ***argv, int *status)
{
	const GOptionEntry entries[] = {
		{"subject", 's', 0, G_OPTION_ARG_STRING, &o->subject,
		 "The subject that the case runs with: its name, or the path of a file",
		 "NAME|FILE"},
		{"profile", 'p', 0, G_OPTION_ARG_STRING, &o->profile,
		 "The CPU or board to debug on (" REQUEST_BASELINE ")", "PROFILE"},
		{"engine", 0, 0, G_OPTION_ARG_STRING, &o->engine,
		 "user: qemu-aarch64; system: in a guest with a kernel of its own (user)",
		 "ENGINE"},
		{"image", 0, 0, G_OPTION_ARG_STRING, &o->image,
		 "What the guest boots from (" REQUEST_IMAGE ")", "NAME"},
		{"sysroot", 0, 0, G_OPTION_ARG_FILENAME, &o->sysroot,
		 "The arm64 root that PROGRAM runs in (the prepared one)", "FOLDER"},
		{"break-at-start", 0, 0, G_OPTION_ARG_NONE, &o->at_start,
		 "Stop before the first instruction, the dynamic linker's, not at the fault", NULL},
		{"batch", 0, 0, G_OPTION_ARG_NONE, &o->batch,
		 "Print registers, instructions and backtrace, and end", NULL},
		{"gdb", 0, 0, G_OPTION_ARG_STRING, &o->gdb, "A gdb that knows arm64 (" GDB ")",
		 "PROGRAM"},
		{"lldb", 0, 0, G_OPTION_ARG_NONE, &o->lldb,
		 "Start no gdb: print the command line by which LLDB attaches, and wait", NULL},
		{"timeout", 0, 0, G_OPTION_ARG_INT, &o->timeout,
		 "Seconds until what still runs is stopped (what its manifest says, or 60)",
		 "SECONDS"},
		{"no-sandbox", 0, 0, G_OPTION_ARG_NONE, &o->no_sandbox,
		 "Run without bubblewrap: only for code that you trust", NULL},
		{NULL},
	};

	return cmd_parse(argc, argv, entries,
			 "debug [OPTION...] CASE|FINDING\n"
			 "  a64rig debug [OPTION...] -- PROGRAM [ARGUMENT...]",
			 summary, description, TRUE, status);
}

/* The debugged profile is one of the two that are compared. */
static void choose_profiles(Target *target, const Options *options)
{
	if (!target->baseline) {
		target->baseline = g_strdup(REQUEST_BASELINE);
		target->reference = g_strdup(REQUEST_REFERENCE);
	}
	if (options->profile) {
		g_free(target->profile);
		target->profile = g_strdup(options->profile);
	} else if (!target->profile) {
		target->profile = g_strdup(target->baseline);
	}
	if (!g_str_equal(target->profile, target->baseline) &&
	    !g_str_equal(target->profile, target->reference)) {
		g_free(target->baseline);
		target->baseline = g_strdup(target->profile);
	}
}

static void choose_engine(Target *target, const Options *options)
{
	if (!options->engine && target->engine)
		return;
	g_free(target->engine);
	target->engine = g_strdup(options->engine ? options->engine : "user");
}

/* The words that make one finding of each job. */
static gchar *list(const Plan *plan)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < plan->jobs->len; i++) {
		const Job *job = g_ptr_array_index(plan->jobs, i);
		const gchar *subject = job->subject->path ? job->subject->path : job->subject->name;
		const gchar *const words[] = {"a64rig",    "debug", job->name,
					      "--subject", subject, NULL};
		g_autofree gchar *line = as_typed(words);

		g_string_append_printf(text, "\n  %s", line);
	}
	return g_string_free(text, FALSE);
}

static gboolean just_one(const Plan *plan, GError **error)
{
	const Job *first = g_ptr_array_index(plan->jobs, 0);
	g_autofree gchar *all = list(plan);

	if (plan->jobs->len > 1)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "that is %u findings; name one:%s", plan->jobs->len, all);
	else if (first->skip)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "'%s' with '%s' cannot be run: %s", first->name, first->subject->name,
			    first->skip);
	else
		return TRUE;
	return FALSE;
}

static gboolean make_plan(Session *session, GError **error)
{
	const Target *target = session->target;
	Progress progress;
	PlanWatch watch = {progress_news, &progress, session->cancellable};

	if (target->program) {
		const gchar *own = session->options->sysroot;

		session->single = single_new(&session->request, target->program, target->args,
					     own ? own : target->sysroot, error);
		session->plan = session->single ? session->single->plan : NULL;
		return session->plan != NULL;
	}
	progress_start(&progress, FALSE);
	session->plan = plan_new(&session->request, &watch, error);
	progress_end(&progress);
	return session->plan && just_one(session->plan, error);
}

/* Before anything runs. */
static gboolean find_gdb(Session *session, GError **error)
{
	const gchar *name = session->options->gdb ? session->options->gdb : GDB;

	if (session->options->lldb)
		return TRUE;
	session->gdb = g_find_program_in_path(name);
	if (session->gdb)
		return TRUE;
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
		    "there is no '%s'; install it (apt install " GDB
		    "), name another gdb that knows arm64 with --gdb, or use LLDB with --lldb",
		    name);
	return FALSE;
}

static Results *run_first(const Session *session, GError **error)
{
	g_autofree gchar *kept = NULL;
	Progress progress;
	RunWatch watch = {.news = progress_news, .data = &progress};
	Results *results;

	progress_start(&progress, FALSE);
	results = run_plan(session->plan, &session->request, session->engines,
			   engines_count(session->engines), session->cancellable, &watch, &kept,
			   error);
	progress_end(&progress);
	/* The one that follows is what can be looked at. */
	if (kept)
		tree_remove(kept);
	return results;
}

static void add_option(GStrvBuilder *words, const gchar *name, const gchar *value,
		       const gchar *usual)
{
	if (!g_str_equal(value, usual))
		g_strv_builder_add_many(words, name, value, NULL);
}

/* What is repeated here is no case that 'a64rig run' knows. */
static void set_replay(const Session *session, Finding *finding)
{
	const Target *target = session->target;
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();
	g_auto(GStrv) argv = NULL;

	if (!session->single)
		return;
	g_strv_builder_add_many(words, "a64rig", "debug", "--batch", NULL);
	add_option(words, "--profile", target->profile, REQUEST_BASELINE);
	add_option(words, "--engine", target->engine, "user");
	add_option(words, "--image", session->request.image, REQUEST_IMAGE);
	single_add_words(session->single, words);
	argv = g_strv_builder_end(words);
	g_free(finding->replay);
	finding->replay = as_typed((const gchar *const *)argv);
}

static void print_finding(const Finding *finding)
{
	Page page = {.out = g_string_new(NULL),
		     .colour = cmd_colour(STDOUT_FILENO),
		     .width = cmd_width(STDOUT_FILENO)};

	section_finding(&page, finding);
	fputs(page.out->str, stdout);
	fflush(stdout);
	g_string_free(page.out, TRUE);
}

static void tell_ready(const gchar *folder, const gchar *lldb, gpointer data)
{
	const Session *session = data;

	if (session->options->batch)
		return;
	g_printerr("a64rig: what the program prints goes to %s\n", folder);
	if (lldb)
		g_printerr("a64rig: it waits, stopped, for LLDB:\n");
	if (lldb)
		g_print("%s\n", lldb);
}

static GdbGoal goal_of(const Session *session, const Outcome *outcome)
{
	const Options *options = session->options;
	g_autofree gchar *what = section_outcome(outcome);

	if (options->at_start || options->lldb)
		return GDB_START;
	if (outcome->fault)
		return GDB_FAULT;
	g_printerr("a64rig: no fault there (%s): the debugger %s\n", what,
		   options->batch ? "runs it to its end" : "stops before its first instruction");
	return options->batch ? GDB_END : GDB_START;
}

static int status_of(const Session *session, const Finding *finding, int status)
{
	if (g_cancellable_is_cancelled(session->cancellable))
		return EXIT_INTERRUPTED;
	if (session->options->batch)
		return finding->verdict == VERDICT_OK || finding->verdict == VERDICT_SKIPPED
			       ? EXIT_EXPECTED
			       : EXIT_UNEXPECTED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int debug_it(const Session *session, const Finding *finding)
{
	const Outcome *outcome = g_str_equal(session->target->profile, finding->baseline->profile)
					 ? finding->baseline
					 : finding->reference;
	DebugSpec spec = {.plan = session->plan,
			  .request = &session->request,
			  .job = g_ptr_array_index(session->plan->jobs, 0),
			  .engine = session->engines[0],
			  .gdb = session->gdb,
			  .batch = session->options->batch,
			  .ready = tell_ready,
			  .data = (gpointer)session};
	g_autoptr(GError) error = NULL;
	gboolean fine;
	int status;

	spec.profile = profile_find(session->plan->profiles, outcome->profile, &error);
	spec.goal = goal_of(session, outcome);
	spec.fault = outcome->fault;
	signals_lend_terminal(!spec.batch && spec.gdb);
	fine = debug_run(&spec, session->cancellable, &status, &error);
	signals_lend_terminal(FALSE);
	return fine ? status_of(session, finding, status) : cmd_fail(error);
}

static int carry_out(const Session *session)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Results) results = run_first(session, &error);
	Finding *finding;

	if (!results)
		return cmd_fail(error);
	if (results->interrupted)
		return EXIT_INTERRUPTED;
	finding = g_ptr_array_index(results->findings, 0);
	set_replay(session, finding);
	print_finding(finding);
	return finding->verdict == VERDICT_RIG_FAULT ? EXIT_RIG_FAULT : debug_it(session, finding);
}

static Request request_of(const Options *options, Target *target, const Paths *paths)
{
	const gchar *image = options->image ? options->image : target->image;

	return (Request){.paths = paths,
			 .cases = target->cases,
			 .subjects = target->subjects[0] ? target->subjects : NULL,
			 .baseline = target->baseline,
			 .reference = target->reference,
			 .jobs = 1,
			 .timeout = (guint)options->timeout,
			 .repeat = 1,
			 .sandbox = !options->no_sandbox,
			 .image = image ? image : REQUEST_IMAGE};
}

static int with_target(const Options *options, Target *target, const gchar *word)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Paths) paths = paths_new(&error);
	g_auto(Session) session = {
		.options = options, .target = target, .cancellable = g_cancellable_new()};

	if (!paths || (word && !target_read(target, word, options->subject, paths, &error)))
		return cmd_fail(error);
	choose_profiles(target, options);
	choose_engine(target, options);
	session.request = request_of(options, target, paths);
	signals_catch(session.cancellable);
	if (make_plan(&session, &error) && find_gdb(&session, &error))
		session.engines = engines_new(target->engine, &session.request, &error);
	if (g_cancellable_is_cancelled(session.cancellable))
		return EXIT_INTERRUPTED;
	return session.engines ? carry_out(&session) : cmd_fail(error);
}

/* What is wrong with the options, or NULL. */
static const gchar *complaint(const Options *options, gboolean program)
{
	const gchar *engine = options->engine;

	if (engine && (!engines_known(engine) || g_str_equal(engine, "both")))
		return "--engine takes user or system";
	if (options->timeout < 0 || options->timeout > 86400)
		return "--timeout takes seconds, from 1 to 86400";
	if (options->lldb && (options->batch || options->gdb))
		return "--lldb goes with neither --batch nor --gdb";
	if (options->sysroot && !program)
		return "--sysroot needs a program, after --";
	if (options->subject && program)
		return "--subject needs a case";
	return NULL;
}

/* All after the first "--" is the program's, options too. */
static gchar **cut_program(int *argc, gchar **argv)
{
	for (int i = 1; i < *argc; i++)
		if (g_str_equal(argv[i], "--")) {
			*argc = i;
			argv[i] = NULL;
			return argv + i + 1;
		}
	return NULL;
}

static int run(int argc, gchar **argv)
{
	g_auto(Options) options = {0};
	g_auto(Target) target = {0};
	gchar **program = cut_program(&argc, argv);
	const gchar *wrong;
	int status;

	if (!parse(&options, &argc, &argv, &status))
		return status;
	wrong = complaint(&options, program != NULL);
	if (wrong)
		return cmd_refuse("debug", wrong);
	if (argc - 1 + (program && *program) != 1)
		return cmd_refuse("debug",
				  "debug takes one case, one finding, or -- and a program");
	if (program) {
		target.program = program[0];
		target.args = program + 1;
	}
	return with_target(&options, &target, program ? NULL : argv[1]);
}

const Command cmd_debug = {"debug", "stop a case at its fault, in gdb", run};
