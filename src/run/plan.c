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
	}
	return TRUE;
}

static gboolean load_all(Plan *plan, const Paths *paths, GError **error)
{
	g_autofree gchar *cases = g_build_filename(paths->data, "cases", NULL);
	g_autofree gchar *subjects = g_build_filename(cases, "subjects", NULL);
	g_autofree gchar *own_subjects = g_build_filename(paths->config, "subjects", NULL);
	g_autofree gchar *rig = g_build_filename(paths->data, "rig", NULL);
	g_autofree gchar *own_rig = g_build_filename(paths->config, "rig", NULL);
	const gchar *const subject_folders[] = {subjects, own_subjects, NULL};
	const gchar *const rig_folders[] = {rig, own_rig, NULL};

	plan->suites = suites_load(cases, error);
	plan->subjects = plan->suites ? subjects_load(subject_folders, error) : NULL;
	plan->profiles = plan->subjects ? profiles_load(rig_folders, error) : NULL;
	return plan->profiles && check_subjects(plan, error);
}

Plan *plan_load(const Paths *paths, GError **error)
{
	g_autoptr(Plan) plan = g_new0(Plan, 1);

	plan->columns = g_ptr_array_new();
	plan->jobs = g_ptr_array_new_with_free_func((GDestroyNotify)job_free);
	plan->files =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_strfreev);
	plan->sysroot = g_build_filename(paths->prepared, "sysroot", NULL);
	return load_all(plan, paths, error) ? g_steal_pointer(&plan) : NULL;
}

static gboolean find_profiles(Plan *plan, const Request *request, GError **error)
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

static gboolean not_prepared(const Paths *paths, const gchar *what, GError **error)
{
	g_autofree gchar *command = paths_prepare_command(paths);

	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "%s is not there; run '%s'", what,
		    command);
	return FALSE;
}

/* The subject's library on this host, or NULL for one that is the libc's own. */
static gchar *library_of(const Plan *plan, const Subject *subject, const Paths *paths)
{
	if (subject->file)
		return g_strdup(subject->file);
	if (!subject->library)
		return NULL;
	if (g_path_is_absolute(subject->library))
		return g_build_filename(plan->sysroot, subject->library, NULL);
	return g_build_filename(paths->prepared, "subjects", subject->library, NULL);
}

/* Why the subject could not be prepared, as scripts/prepare left it; NULL where it could. */
static gchar *unavailable(const Subject *subject, const Paths *paths)
{
	g_autofree gchar *name = g_strconcat(subject->name, ".unavailable", NULL);
	g_autofree gchar *path = g_build_filename(paths->prepared, "subjects", name, NULL);
	gchar *reason = NULL;

	if (subject->file || !g_file_get_contents(path, &reason, NULL, NULL))
		return NULL;
	return g_strchomp(reason);
}

/* Puts the subject's files into the plan's table, once. */
static gboolean find_files(Plan *plan, const Subject *subject, const Paths *paths, GError **error)
{
	g_autofree gchar *library = library_of(plan, subject, paths);
	gchar **files;

	if (g_hash_table_contains(plan->files, subject->name))
		return TRUE;
	if (!library) {
		files = g_new0(gchar *, 1);
	} else if (!subject->file && !g_file_test(library, G_FILE_TEST_EXISTS)) {
		return not_prepared(paths, library, error);
	} else {
		files = library_files(library, plan->sysroot, error);
		if (!files) {
			g_prefix_error(error, "subject '%s': ", subject->name);
			return FALSE;
		}
	}
	g_hash_table_insert(plan->files, subject->name, files);
	return TRUE;
}

static gboolean find_program(Plan *plan, Job *job, const Paths *paths, GError **error)
{
	job->program = g_build_filename(paths->prepared, "cases", job->suite->name,
					subject_libc(job->subject), job->self->program, NULL);
	if (!g_file_test(job->program, G_FILE_TEST_EXISTS))
		return not_prepared(paths, job->program, error);
	return program_check(job->program, plan->sysroot, error);
}

static gboolean resolve(Plan *plan, Job *job, const Paths *paths, GError **error)
{
	static gchar *none[] = {NULL};
	const Subject *subject = job->subject;

	job->files = none;
	job->skip = unavailable(subject, paths);
	if (!job->skip && !case_has_libc(job->self, subject_libc(subject)))
		job->skip = g_strdup_printf("the case is not built for %s", subject_libc(subject));
	if (job->skip)
		return TRUE;
	if (!find_files(plan, subject, paths, error) || !find_program(plan, job, paths, error))
		return FALSE;
	if (subject->library && g_path_is_absolute(subject->library))
		job->preload = g_strdup(subject->library);
	else
		job->files = g_hash_table_lookup(plan->files, subject->name);
	return TRUE;
}

static Job *job_new(const Suite *suite, const Case *self, const Subject *subject)
{
	Job *job = g_new0(Job, 1);

	job->suite = suite;
	job->self = self;
	job->subject = subject;
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

			for (guint c = 0; c < suite->cases_count; c++) {
				Job *job;

				if (!selects(request, suite, &suite->cases[c], subject))
					continue;
				job = job_new(suite, &suite->cases[c], subject);
				g_ptr_array_add(plan->jobs, job);
				if (!resolve(plan, job, request->paths, error))
					return FALSE;
			}
		}
	}
	if (plan->jobs->len)
		return TRUE;
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
		    "nothing to run: no case fits all of the selectors; see 'a64rig list'");
	return FALSE;
}

Plan *plan_new(const Request *request, GError **error)
{
	g_autoptr(Plan) plan = plan_load(request->paths, error);

	if (!plan || !find_profiles(plan, request, error) ||
	    !select_add_libraries(request, plan->subjects, error) ||
	    !select_check(request, plan->suites, plan->subjects, error))
		return NULL;
	if (!g_file_test(plan->sysroot, G_FILE_TEST_IS_DIR)) {
		not_prepared(request->paths, plan->sysroot, error);
		return NULL;
	}
	return add_jobs(plan, request, error) ? g_steal_pointer(&plan) : NULL;
}

void plan_free(Plan *plan)
{
	if (!plan)
		return;
	g_ptr_array_unref(plan->jobs);
	g_hash_table_unref(plan->files);
	g_ptr_array_unref(plan->columns);
	g_clear_pointer(&plan->suites, g_ptr_array_unref);
	g_clear_pointer(&plan->subjects, g_ptr_array_unref);
	g_clear_pointer(&plan->profiles, g_ptr_array_unref);
	g_free(plan->sysroot);
	g_free(plan);
}
