/*
 * run - carries a plan out: every job on baseline, reference and the further columns, as many times
 * as asked for, on each engine, several at once; then judges, explains and compares the engines.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "model/engine.h"
#include "model/finding.h"
#include "run/plan.h"

/* Called from any thread, one call at a time, when a finding is complete. */
typedef void (*RunProgress)(const Finding *finding, guint done, guint total, gpointer data);

/* Who is told how it goes. Functions may be NULL. */
typedef struct {
	RunProgress progress;
	EngineNews news; /* what an engine is making ready */
	gpointer data;   /* of both */
} RunWatch;

/* Findings come by job, then by engine, in the order of the engines (count > 0). Never fails below
 * the level of a single finding: error (rig) only where the scratch folder cannot be made, a
 * profile cannot be run here, or an engine cannot make ready what it needs. When cancelled, the
 * findings that were complete are returned and results->interrupted is set. *kept is the folder
 * that was left for inspection (request->keep, or something unexpected), or NULL; caller frees. */
Results *run_plan(Plan *plan, const Request *request, Engine *const *engines, guint count,
		  GCancellable *cancellable, const RunWatch *watch, gchar **kept, GError **error);

/* The run of a job on a profile, in that folder; what it points to is the plan's. */
RunSpec run_spec(const Plan *plan, const Request *request, const Job *job, const Profile *profile,
		 const gchar *folder);

/* What would be run, and nothing is. Of an engine that runs commands these, one per line, as a
 * shell script whose runs share the folder RUN; of one that boots guests the domain of each
 * profile, below an XML comment with its name. Error as run_plan(). Caller frees. */
gchar *run_dry(Plan *plan, const Request *request, Engine *const *engines, guint count,
	       GError **error);

/* The one command that repeats just this job on this engine. Caller frees. */
gchar *run_replay(const Plan *plan, const Request *request, const Job *job, const Engine *engine);

#endif
