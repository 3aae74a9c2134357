#include "run/debug.h"

#include <unistd.h>

#include "base/child.h"
#include "base/error.h"
#include "base/relay.h"
#include "base/typed.h"
#include "run/run.h"
#include "run/scratch.h"

enum {
	WEEK = 7 * 24 * 60 * 60, /* seconds that a person may take */
	PICTURE = 120, /* seconds that gdb may take in a batch, beside what the program does */
};

/* What one run under a debugger consists of. */
typedef struct {
	const DebugSpec *spec;
	Scratch *scratch;
	gchar *folder, *root, *socket, *commands;
	Relay *relay;
	RunSpec run;
	gdouble allowed;           /* seconds that the job may take */
	GCancellable *cancellable; /* of the run alone */
	Outcome *outcome;
} Debug;

static void debug_clear(Debug *debug)
{
	relay_free(debug->relay);
	scratch_free(debug->scratch);
	outcome_free(debug->outcome);
	g_clear_object(&debug->cancellable);
	g_free(debug->folder);
	g_free(debug->root);
	g_free(debug->socket);
	g_free(debug->commands);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Debug, debug_clear)

static GdbSpec gdb_spec(const Debug *debug)
{
	return (GdbSpec){.socket = debug->socket,
			 .program = debug->run.program,
			 .root = debug->root,
			 .goal = debug->spec->goal,
			 .fault = debug->spec->fault,
			 .batch = debug->spec->batch};
}

static gboolean make_files(Debug *debug, GError **error)
{
	Engine *engine = debug->spec->engine;
	g_auto(GStrv) map = engine->path_map(engine, &debug->run);
	const GdbSpec gdb = gdb_spec(debug);
	g_autofree gchar *text = gdb_commands(&gdb);

	return gdb_make_root(debug->root, map, error) &&
	       g_file_set_contents(debug->commands, text, -1, error);
}

static gboolean make_ready(Debug *debug, GError **error)
{
	const DebugSpec *spec = debug->spec;

	debug->scratch = scratch_new(spec->request->paths->runs, error);
	debug->folder = debug->scratch ? scratch_folder(debug->scratch, "run", error) : NULL;
	if (!debug->folder)
		return FALSE;
	debug->root = g_build_filename(debug->scratch->path, "root", NULL);
	debug->socket = g_build_filename(debug->scratch->path, "gdb", NULL);
	debug->commands = g_build_filename(debug->scratch->path, "commands", NULL);
	debug->run = run_spec(spec->plan, spec->request, spec->job, spec->profile, debug->folder);
	debug->allowed = debug->run.timeout;
	debug->run.timeout = spec->batch ? debug->allowed + PICTURE : WEEK;
	debug->relay = relay_new(debug->socket, error);
	debug->run.debugger = debug->relay;
	return debug->relay && make_files(debug, error);
}

static gpointer run_program(gpointer data)
{
	Debug *debug = data;
	Engine *engine = debug->spec->engine;

	debug->outcome = engine->run(engine, &debug->run, debug->cancellable);
	return NULL;
}

static void cancel(GCancellable *outer, gpointer inner)
{
	(void)outer;
	g_cancellable_cancel(inner);
}

/* In a batch gdb is in a process group of its own, and nobody can interrupt it: that is done for
 * whom takes too long. */
static gboolean run_gdb(Debug *debug, GCancellable *cancellable, int *status, GError **error)
{
	const DebugSpec *spec = debug->spec;
	const GdbSpec gdb = gdb_spec(debug);
	g_auto(GStrv) argv = gdb_command(spec->gdb, debug->commands, &gdb);
	const ChildSpec child = {.argv = (const gchar *const *)argv,
				 .in = spec->batch ? -1 : STDIN_FILENO,
				 .out = STDOUT_FILENO,
				 .err = STDERR_FILENO,
				 .extra = -1,
				 .terminal = !spec->batch,
				 .deadline = spec->batch ? debug->allowed + PICTURE : 0};
	ChildResult result;

	if (spec->batch)
		relay_interrupt_after(debug->relay, debug->allowed);
	if (!child_run(&child, cancellable, &result, error))
		return FALSE;
	*status = result.status;
	return TRUE;
}

static gboolean attend(Debug *debug, GCancellable *cancellable, int *status, GError **error)
{
	const DebugSpec *spec = debug->spec;
	const GdbSpec gdb = gdb_spec(debug);

	if (!spec->gdb) {
		g_auto(GStrv) argv = lldb_command(&gdb);
		g_autofree gchar *line = as_typed((const gchar *const *)argv);

		spec->ready(debug->folder, line, spec->data);
		relay_wait(debug->relay, cancellable);
		*status = 0;
		return TRUE;
	}
	spec->ready(debug->folder, NULL, spec->data);
	return run_gdb(debug, cancellable, status, error);
}

/* The program is gone; did the debugger ever see it? */
static gboolean came_together(const Debug *debug, GCancellable *cancellable, GError **error)
{
	const gchar *reason = debug->outcome->reason;

	if (relay_met(debug->relay) || g_cancellable_is_cancelled(cancellable))
		return TRUE;
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
		    "the debugger did not reach the program%s%s", reason ? ": " : "",
		    reason ? reason : "");
	return FALSE;
}

gboolean debug_run(const DebugSpec *spec, GCancellable *cancellable, int *status, GError **error)
{
	g_auto(Debug) debug = {.spec = spec, .cancellable = g_cancellable_new()};
	gboolean fine;
	gulong handler;
	GThread *thread;

	if (!make_ready(&debug, error))
		return FALSE;
	handler = g_cancellable_connect(cancellable, G_CALLBACK(cancel), debug.cancellable, NULL);
	thread = g_thread_new("debugged", run_program, &debug);
	fine = attend(&debug, cancellable, status, error);
	g_cancellable_cancel(debug.cancellable);
	g_thread_join(thread);
	g_cancellable_disconnect(cancellable, handler);
	return fine && came_together(&debug, cancellable, error);
}
