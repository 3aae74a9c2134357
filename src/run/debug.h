/*
 * debug - one more run of a job, under a debugger.
 */
#ifndef RUN_DEBUG_H
#define RUN_DEBUG_H

#include "model/engine.h"
#include "run/gdb.h"
#include "run/plan.h"

/* Told once the program waits for its debugger. folder is where its output goes; lldb the command
 * line to attach with, where no debugger is started. */
typedef void (*DebugReady)(const gchar *folder, const gchar *lldb, gpointer data);

/* Nothing is owned. */
typedef struct {
	const Plan *plan;
	const Request *request;
	const Job *job;
	Engine *engine; /* that run_plan() has run the job on */
	const Profile *profile;
	GdbGoal goal;
	const Fault *fault; /* with GDB_FAULT */
	const gchar *gdb;   /* its program; NULL: none is started, LLDB comes by itself */
	gboolean batch;     /* it gets no terminal, ends by itself, and does not wait for what takes
			       longer than the job may */
	DebugReady ready;
	gpointer data;
} DebugSpec;

/* Starts the program, stopped, and the debugger, and waits for that one's end; the program ends
 * with it. *status: of the debugger, as waitpid() gives it; 0 where none was started. Error (rig)
 * where they did not come together. */
gboolean debug_run(const DebugSpec *spec, GCancellable *cancellable, int *status, GError **error);

#endif
