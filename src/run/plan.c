#include "run/plan.h"

#include <string.h>

#include "base/error.h"
#include "run/library.h"
#include "run/select.h"

static void job_free(Job *job)
{
	g_free(job->name);
	g_free(job->program);
	g_free(job->preload);
	g_strfreev(job->beside);
	g_free(job->skip);
	g_free(job);
}

static gboolean check_subject(const Plan *plan, const Suite *suite, const gchar *name,
			      GError **error)
{
	if (subject_find(plan->subjects, name, error))
		return TRUE;
	g_prefix_error(error, "suite '%s': ", suite->name);
	return FALSE;
}

static gboolean check_runners(const Plan *plan, const Suite *suite, GError **error)
{
	for (guint c = 0; c < suite->cases_count; c++) {
		const gchar *name = suite->cases[c].runner;

		if (!name)
			continue;
		if (!check_subject(plan, suite, name, error))
			return FALSE;
		if (subject_find(plan->subjects, name, NULL)->kind != SUBJECT_PROGRAM) {
			g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
				    "suite '%s': case '%s': the runner '%s' is no program",
				    suite->name, suite->cases[c].name, name);
			return FALSE;
		}
	}
	return TRUE;
}

/* A subject that is misspelt in a suite would silently never run, or never be expected. */
static gboolean check_subjects(const Plan *plan, GError **error)
{
	for (guint s = 0; s < plan->suites->len; s++) {
		const Suite *suite = g_ptr_array_index(plan->suites, s);

		for (guint i = 0; i < suite->subjects_count; i++)
			if (!check_subject(plan, suite, suite->subjects[i], error))
				return FALSE;
		for (guint c = 0; c < suite->cases_count; c++)
			for (guint e = 0; e < suite->cases[c].expect_count; e++)
				if (!check_subject(plan, suite, suite->cases[c].expect[e].subject,
						   error))
					return FALSE;
		if (!check_runners(plan, suite, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean load_all(Plan *plan, const Paths *paths, GError **error)
{
	g_autofree gchar *cases = g_build_filename(paths->data, "cases", NULL);
	g_autofree gchar *subjects = g_build_filename(cases, "subjects", NULL);
	g_autofree gchar *own_subjects = g_build_filename(paths->config, "subjects", NULL);
	const gchar *const subject_folders[] = {subjects, own_subjects, NULL};

	plan->suites = suites_load(cases, error);
	plan->subjects = plan->suites ? subjects_load(subject_folders, error) : NULL;
	plan->profiles = plan->subjects ? profiles_known(paths, error) : NULL;
	return plan->profiles && check_subjects(plan, error);
}

Plan *plan_load(const Paths *paths, GError **error)
{
	g_autoptr(Plan) plan = g_new0(Plan, 1);

	plan->columns = g_ptr_array_new();
	plan->jobs = g_ptr_array_new_with_free_func((GDestroyNotify)job_free);
	plan->store = store_new(paths);
	plan->sysroot = plan->store->sysroot;
	return load_all(plan, paths, error) ? g_steal_pointer(&plan) : NULL;
}

gboolean plan_take_profiles(Plan *plan, const Request *request, GError **error)
{
	plan->baseline = profile_find(plan->profiles, request->baseline, error);
	plan->reference =
		plan->baseline ? profile_find(plan->profiles, request->reference, error) : NULL;
	if (!plan->reference)
		return FALSE;
	if (plan->reference == plan->baseline) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "baseline and reference are both '%s': name two profiles to compare",
			    plan->baseline->name);
		return FALSE;
	}
	for (gchar **name = request->profiles; name && *name; name++) {
		const Profile *profile = profile_find(plan->profiles, *name, error);

		if (!profile)
			return FALSE;
		if (profile != plan->baseline && profile != plan->reference &&
		    !g_ptr_array_find(plan->columns, profile, NULL))
			g_ptr_array_add(plan->columns, (gpointer)profile);
	}
	return TRUE;
}

/* A program of the suite's own, built when the rig was prepared. */
static gchar *built_program(const Plan *plan, const Job *job, GError **error)
{
	g_autofree gchar *program =
		g_build_filename(plan->store->paths->prepared, "cases", job->suite->name,
				 subject_libc(job->subject), job->self->program, NULL);

	if (!g_file_test(program, G_FILE_TEST_EXISTS)) {
		store_not_prepared(plan->store, program, error);
		return NULL;
	}
	return program_check(program, plan->store->sysroot, error) ? g_steal_pointer(&program)
								   : NULL;
}

static gboolean find_program(Plan *plan, Job *job, GError **error)
{
	const Subject *self = job->runner ? job->runner : job->subject;
	gchar **files;

	if (job->self->program) {
		job->program = built_program(plan, job, error);
		return job->program != NULL;
	}
	files = store_files(plan->store, self, error);
	if (!files)
		return FALSE;
	job->program = g_strdup(files[0]);
	return TRUE;
}

static gboolean find_beside(const Plan *plan, Job *job, GError **error)
{
	g_autoptr(GStrvBuilder) beside = g_strv_builder_new();

	for (guint i = 0; i < job->self->files_count; i++) {
		g_autofree gchar *path =
			g_build_filename(plan->store->paths->data, "cases", job->suite->name,
					 job->self->files[i], NULL);

		if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
			g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
				    "case '%s': there is no file %s", job->name, path);
			return FALSE;
		}
		g_strv_builder_add(beside, path);
	}
	job->beside = g_strv_builder_end(beside);
	return TRUE;
}

/* A library of the sysroot is preloaded from there; a program is no file of its own run. */
static gboolean find_files(Plan *plan, Job *job, GError **error)
{
	const Subject *subject = job->subject;
	gchar **files = store_files(plan->store, subject, error);

	if (!files)
		return FALSE;
	if (subject->library && g_path_is_absolute(subject->library))
		job->preload = g_strdup(subject->library);
	else if (subject->kind != SUBJECT_PROGRAM)
		job->files = files;
	return TRUE;
}

static gboolean resolve(Plan *plan, Job *job, GError **error)
{
	static gchar *none[] = {NULL};
	const gchar *lacks = store_lacks(plan->store, job->subject);

	job->files = none;
	if (!lacks && job->runner)
		lacks = store_lacks(plan->store, job->runner);
	if (lacks)
		job->skip = g_strdup(lacks);
	else if (!case_has_libc(job->self, subject_libc(job->subject)))
		job->skip =
			g_strdup_printf("the case is not built for %s", subject_libc(job->subject));
	return job->skip || (find_files(plan, job, error) && find_program(plan, job, error) &&
			     find_beside(plan, job, error));
}

static Job *job_new(const Plan *plan, const Suite *suite, const Case *self, const Subject *subject)
{
	Job *job = g_new0(Job, 1);

	job->suite = suite;
	job->self = self;
	job->subject = subject;
	if (self->runner)
		job->runner = subject_find(plan->subjects, self->runner, NULL);
	job->name = g_strdup_printf("%s/%s", suite->name, self->name);
	return job;
}

Verdict job_expect(const Job *job, const gchar *engine)
{
	Verdict stated = case_expect(job->self, job->subject->name, engine);

	return stated != VERDICT_NONE ? stated : subject_expect(job->subject);
}

/* Cases by subject: findings of one subject stand together. */
static gboolean add_jobs(Plan *plan, const Request *request, GError **error)
{
	for (guint s = 0; s < plan->subjects->len; s++) {
		const Subject *subject = g_ptr_array_index(plan->subjects, s);

		for (guint i = 0; i < plan->suites->len; i++) {
			const Suite *suite = g_ptr_array_index(plan->suites, i);

			for (guint c = 0; c < suite->cases_count; c++)
				if (selects(request, suite, &suite->cases[c], subject))
					g_ptr_array_add(
						plan->jobs,
						job_new(plan, suite, &suite->cases[c], subject));
		}
	}
	if (plan->jobs->len)
		return TRUE;
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
		    "nothing to run: no case fits all of the selectors; see 'a64rig list'");
	return FALSE;
}

static void add_once(GPtrArray *subjects, const Subject *subject)
{
	if (subject && !g_ptr_array_find(subjects, subject, NULL))
		g_ptr_array_add(subjects, (gpointer)subject);
}

static gboolean fetch(Plan *plan, const PlanWatch *watch, GError **error)
{
	g_autoptr(GPtrArray) subjects = g_ptr_array_new();

	for (guint i = 0; i < plan->jobs->len; i++) {
		const Job *job = g_ptr_array_index(plan->jobs, i);

		add_once(subjects, job->subject);
		add_once(subjects, job->runner);
	}
	return store_fetch(plan->store, subjects, watch->news, watch->data, watch->cancellable,
			   error);
}

static gboolean resolve_all(Plan *plan, GError **error)
{
	for (guint i = 0; i < plan->jobs->len; i++)
		if (!resolve(plan, g_ptr_array_index(plan->jobs, i), error))
			return FALSE;
	return TRUE;
}

void plan_set_root(Plan *plan, const gchar *root)
{
	g_free(plan->store->sysroot);
	plan->store->sysroot = g_strdup(root);
	plan->sysroot = plan->store->sysroot;
}

gboolean plan_is_prepared(Plan *plan, GError **error)
{
	return g_file_test(plan->sysroot, G_FILE_TEST_IS_DIR) ||
	       store_not_prepared(plan->store, plan->sysroot, error);
}

gboolean plan_fetch_runners(Plan *plan, const Suite *suite, const PlanWatch *watch, GError **error)
{
	g_autoptr(GPtrArray) runners = g_ptr_array_new();

	for (guint i = 0; i < suite->cases_count; i++)
		if (suite->cases[i].runner)
			add_once(runners,
				 subject_find(plan->subjects, suite->cases[i].runner, NULL));
	return store_fetch(plan->store, runners, watch->news, watch->data, watch->cancellable,
			   error);
}

gboolean plan_add(Plan *plan, const Suite *suite, const Case *self, const Subject *subject,
		  const Subject *runner, GError **error)
{
	Job *job = job_new(plan, suite, self, subject);

	if (runner)
		job->runner = runner;
	if (!resolve(plan, job, error)) {
		job_free(job);
		return FALSE;
	}
	g_ptr_array_add(plan->jobs, job);
	return TRUE;
}

Plan *plan_new(const Request *request, const PlanWatch *watch, GError **error)
{
	g_autoptr(Plan) plan = plan_load(request->paths, error);

	if (!plan || !plan_take_profiles(plan, request, error) ||
	    !select_add_named(request, plan->subjects, error) ||
	    !select_check(request, plan->suites, plan->subjects, error) ||
	    !add_jobs(plan, request, error))
		return NULL;
	return plan_is_prepared(plan, error) && fetch(plan, watch, error) &&
			       resolve_all(plan, error)
		       ? g_steal_pointer(&plan)
		       : NULL;
}

void plan_free(Plan *plan)
{
	if (!plan)
		return;
	g_ptr_array_unref(plan->jobs);
	g_ptr_array_unref(plan->columns);
	g_clear_pointer(&plan->suites, g_ptr_array_unref);
	g_clear_pointer(&plan->subjects, g_ptr_array_unref);
	g_clear_pointer(&plan->profiles, g_ptr_array_unref);
	store_free(plan->store);
	g_free(plan);
}
