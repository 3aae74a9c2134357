/*
 * run - carries a plan out: every job on baseline, reference and the further columns, as many times
 * as asked for, several at once; then judges and explains.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "model/engine.h"
#include "model/finding.h"
#include "run/plan.h"

/* Called from any thread, one call at a time, when a finding is complete. */
typedef void (*RunProgress)(const Finding *finding, guint done, guint total, gpointer data);

/* Never fails below the level of a single finding: error (rig) only where the scratch folder
 * cannot be made, or a profile cannot be run here. When cancelled, the findings that were complete
 * are returned and results->interrupted is set. *kept is the folder that was left for inspection
 * (request->keep, or something unexpected), or NULL; caller frees. */
Results *run_plan(Plan *plan, const Request *request, Engine *engine, GCancellable *cancellable,
		  RunProgress progress, gpointer data, gchar **kept, GError **error);

/* The commands that would be run, one per line, as a shell script whose runs share the folder RUN.
 * Error as run_plan().
 * Caller frees. */
gchar *run_dry(Plan *plan, const Request *request, Engine *engine, GError **error);

/* The one command that repeats just this job. Caller frees. */
gchar *run_replay(const Plan *plan, const Request *request, const Job *job);

#endif
