#include "run/single.h"

#include "base/error.h"
#include "base/typed.h"
#include "run/library.h"

enum { ARGUMENTS = 200 }; /* characters of a subject's name */

static gchar *name_of(const gchar *program, gchar **args)
{
	g_autofree gchar *typed = as_typed((const gchar *const *)args);
	g_autofree gchar *text = g_utf8_make_valid(*typed ? typed : program, -1);

	return g_utf8_substring(text, 0, MIN(g_utf8_strlen(text, -1), ARGUMENTS));
}

/* Its case and its subject have no manifests. */
static void add_job(Single *single, gchar **args)
{
	static gchar *none[] = {NULL};
	g_autofree gchar *base = g_path_get_basename(single->program);
	Job *job = g_new0(Job, 1);

	single->suite.name = (gchar *)"exec";
	single->self.name = g_strdup(base);
	single->self.args = args;
	single->self.args_count = g_strv_length(args);
	single->subject.kind = SUBJECT_PROGRAM;
	single->subject.name = name_of(single->program, args);
	job->suite = &single->suite;
	job->self = &single->self;
	job->subject = &single->subject;
	job->name = g_strdup_printf("exec/%s", base);
	job->program = g_strdup(single->program);
	job->beside = g_new0(gchar *, 1);
	job->files = none;
	g_ptr_array_add(single->plan->jobs, job);
}

/* An error that there is a folder, or nothing at all, in the program's place. */
static gboolean is_file(const gchar *path, GError **error)
{
	if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
		return TRUE;
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE, "there is no program '%s'", path);
	return FALSE;
}

static gboolean find_sysroot(Single *single, const gchar *sysroot, GError **error)
{
	Plan *plan = single->plan;

	single->sysroot = g_canonicalize_filename(sysroot ? sysroot : plan->sysroot, NULL);
	plan->sysroot = single->sysroot;
	if (g_file_test(single->sysroot, G_FILE_TEST_IS_DIR))
		return TRUE;
	if (!sysroot)
		return store_not_prepared(plan->store, single->sysroot, error);
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE, "--sysroot: there is no folder '%s'",
		    single->sysroot);
	return FALSE;
}

Single *single_new(const Request *request, const gchar *program, gchar **args, const gchar *sysroot,
		   GError **error)
{
	g_autoptr(Single) single = g_new0(Single, 1);

	single->program = path_absolute(program);
	single->plan = plan_load(request->paths, error);
	if (!single->plan || !plan_take_profiles(single->plan, request, error) ||
	    !find_sysroot(single, sysroot, error) || !is_file(single->program, error) ||
	    !program_check(single->program, single->sysroot, error))
		return NULL;
	add_job(single, args);
	return g_steal_pointer(&single);
}

void single_add_words(const Single *single, GStrvBuilder *words)
{
	if (!g_str_equal(single->sysroot, single->plan->store->sysroot))
		g_strv_builder_add_many(words, "--sysroot", single->sysroot, NULL);
	g_strv_builder_add_many(words, "--", single->program, NULL);
	g_strv_builder_addv(words, (const gchar **)single->self.args);
}

void single_free(Single *single)
{
	if (!single)
		return;
	plan_free(single->plan);
	g_free(single->sysroot);
	g_free(single->program);
	g_free(single->self.name);
	g_free(single->subject.name);
	g_free(single);
}
