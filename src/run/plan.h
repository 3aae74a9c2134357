/*
 * plan - a request to the list of what is to be run.
 */
#ifndef RUN_PLAN_H
#define RUN_PLAN_H

#include "model/profile.h"
#include "model/subject.h"
#include "model/suite.h"
#include "run/request.h"
#include "run/store.h"

/* One finding to be. */
typedef struct {
	const Suite *suite;
	const Case *self;
	const Subject *subject;
	const Subject *runner; /* of the case, or NULL */
	gchar *name;           /* "allocator/size-classes" */
	gchar *program;        /* on this host */
	gchar *preload;        /* as the program sees it, or NULL; see RunSpec */
	gchar **beside;        /* the case's own files on this host */
	gchar **files;         /* the subject's files on this host; borrowed from the plan */
	gchar *skip;           /* why it cannot be run, or NULL */
} Job;

typedef struct {
	GPtrArray *suites;   /* all that there are, of Suite */
	GPtrArray *subjects; /* of Subject; libraries that the user named among them */
	GPtrArray *profiles; /* of Profile */
	const Profile *baseline, *reference;
	GPtrArray *columns; /* of const Profile: the further columns */
	GPtrArray *jobs;    /* of Job, in the order of the manifests */
	Store *store;       /* of the subjects' files */
	const gchar *sysroot;
} Plan;

/* Who is told what is fetched, and can end it. All may be NULL. */
typedef struct {
	EngineNews news;
	gpointer data;
	GCancellable *cancellable;
} PlanWatch;

/* Loads suites, subjects and profiles, and nothing else; for listings. Error (usage). */
Plan *plan_load(const Paths *paths, GError **error);

/* Loads, selects, fetches the packages that are needed, and finds every file. Error (usage): an
 * unknown name (with the nearest), a bad manifest, a subject that cannot be loaded; (rig): what has
 * not been prepared, or a package that the user named and that cannot be fetched. */
Plan *plan_new(const Request *request, const PlanWatch *watch, GError **error);

/* For plans whose jobs are not selected: the profiles of the request alone. Error (usage). */
gboolean plan_take_profiles(Plan *plan, const Request *request, GError **error);

/* The root that programs are started in, instead of the prepared one. */
void plan_set_root(Plan *plan, const gchar *root);

/* Is the root that programs are started in there? Error (rig). */
gboolean plan_is_prepared(Plan *plan, GError **error);

/* Fetches the programs that run the suite's cases. Error (rig), or cancelled. */
gboolean plan_fetch_runners(Plan *plan, const Suite *suite, const PlanWatch *watch, GError **error);

/* Adds a job. runner: a program that runs the case's script, instead of the case's own; NULL: that.
 * Error (usage) where the subject does not fit it, (rig) for what is not prepared; then nothing is
 * added. All must outlive the plan. */
gboolean plan_add(Plan *plan, const Suite *suite, const Case *self, const Subject *subject,
		  const Subject *runner, GError **error);

/* What is expected of the job on this engine: by its case, else by its subject. */
Verdict job_expect(const Job *job, const gchar *engine);

void plan_free(Plan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Plan, plan_free)

#endif
