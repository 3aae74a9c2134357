#include "check/start.h"

#include <string.h>

#include "base/error.h"
#include "base/typed.h"
#include "check/files.h"
#include "run/library.h"

#define SUITE "check"

typedef struct {
	const CheckRequest *request;
	const gchar *path, *root, *python;
	Plan *plan;
	const Suite *suite;
	Case *smoke;          /* copies of the suite's cases with the user's words */
	Subject *interpreter; /* Python, or NULL */
	GPtrArray *subjects;  /* of Subject */
	GPtrArray *started;   /* of CheckedFile: that of each job */
} Start;

static gint by_hits(gconstpointer a, gconstpointer b)
{
	const CheckedFile *x = *(const CheckedFile *const *)a, *y = *(const CheckedFile *const *)b;
	guint64 of_x = x->scan->counts[HIT_BARE] + x->scan->counts[HIT_UNKNOWN];
	guint64 of_y = y->scan->counts[HIT_BARE] + y->scan->counts[HIT_UNKNOWN];

	if (of_x != of_y)
		return of_x > of_y ? -1 : 1;
	return strcmp(x->path, y->path);
}

/* --- subjects --- */

static SubjectKind kind_of(const CheckedFile *file)
{
	static const struct {
		const gchar *name;
		SubjectKind kind;
	} kinds[] = {
		{"addon", SUBJECT_ADDON}, {"module", SUBJECT_MODULE}, {"program", SUBJECT_PROGRAM}};

	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (g_str_equal(file->kind, kinds[i].name))
			return kinds[i].kind;
	return SUBJECT_ALLOCATOR;
}

static Subject *subject_of(const CheckedFile *file, const gchar *path)
{
	Subject *subject = subject_for_file(path);

	g_free(subject->name);
	subject->name = g_strdup(file->path);
	subject->kind = kind_of(file);
	if (subject->kind == SUBJECT_ALLOCATOR && library_is_musl(path))
		subject->libc = g_strdup("musl");
	return subject;
}

static const Case *case_of(const Start *start, const CheckedFile *file)
{
	const Case *cases = start->smoke ? start->smoke : start->suite->cases;

	for (guint i = 0; i < start->suite->cases_count; i++)
		if (g_str_equal(cases[i].name, file->kind))
			return &cases[i];
	return NULL;
}

/* One that does not fit is told; what the rig lacks ends it all. */
static gboolean take_file(Start *start, CheckedFile *file, GError **error)
{
	g_autofree gchar *path = files_path(start->path, file);
	const Case *self = case_of(start, file);
	g_autoptr(GError) why = NULL;
	const gchar *at;
	Subject *subject;

	if (!self || start->started->len == CHECK_STARTED) {
		if (!file->reason)
			file->reason = self ? g_strdup_printf("not started: more than %d files",
							      CHECK_STARTED)
					    : g_strdup("an object file is not started");
		return TRUE;
	}
	subject = subject_of(file, path);
	g_ptr_array_add(start->subjects, subject);
	if (plan_add(start->plan, start->suite, self, subject, start->interpreter, &why)) {
		g_ptr_array_add(start->started, file);
		return TRUE;
	}
	if (g_error_matches(why, A64RIG_ERROR, A64RIG_ERROR_RIG)) {
		g_propagate_error(error, g_steal_pointer(&why));
		return FALSE;
	}
	at = strstr(why->message, path);
	file->not_started = at ? g_strdup_printf("not started: it%s", at + strlen(path))
			       : g_strdup_printf("not started: %s", why->message);
	return TRUE;
}

/* --- the plan --- */

/* A root file system is its programs' own. */
static void take_root(Start *start)
{
	static const gchar *const loaders[] = {"lib/ld-linux-aarch64.so.1",
					       "lib/ld-musl-aarch64.so.1"};
	const gchar *root = start->root;

	for (guint i = 0; !root && i < G_N_ELEMENTS(loaders); i++) {
		g_autofree gchar *loader = g_build_filename(start->path, loaders[i], NULL);

		if (g_file_test(loader, G_FILE_TEST_EXISTS))
			root = start->path;
	}
	if (root)
		plan_set_root(start->plan, root);
}

static const Suite *find_suite(const Plan *plan)
{
	for (guint i = 0; i < plan->suites->len; i++) {
		const Suite *suite = g_ptr_array_index(plan->suites, i);

		if (g_str_equal(suite->name, SUITE))
			return suite;
	}
	return NULL;
}

/* An addon's or a module's script comes behind what its case says, a program's arguments instead.
 */
static gboolean take_smoke(Start *start, GError **error)
{
	const gchar *text = start->request->smoke;
	gint count = 0;
	gchar **words = NULL;

	if (!text)
		return TRUE;
	start->smoke = g_memdup2(start->suite->cases, start->suite->cases_count * sizeof(Case));
	for (guint i = 0; i < start->suite->cases_count; i++) {
		Case *self = &start->smoke[i];

		if (g_str_equal(self->name, "program")) {
			if (!g_shell_parse_argv(text, &count, &words, error)) {
				g_prefix_error(error, "--smoke: ");
				(*error)->domain = A64RIG_ERROR;
				(*error)->code = A64RIG_ERROR_USAGE;
				return FALSE;
			}
			self->args = words;
			self->args_count = (guint)count;
		} else if (self->files_count) {
			gchar **more = g_new0(gchar *, self->args_count + 2);

			memcpy(more, self->args, self->args_count * sizeof(gchar *));
			more[self->args_count++] = (gchar *)text;
			self->args = more;
		}
	}
	return TRUE;
}

/* Only the arrays are ours: a program's words, too. */
static void free_smoke(Start *start)
{
	for (guint i = 0; start->smoke && i < start->suite->cases_count; i++) {
		if (start->smoke[i].args == start->suite->cases[i].args)
			continue;
		if (g_str_equal(start->smoke[i].name, "program"))
			g_strfreev(start->smoke[i].args);
		else
			g_free(start->smoke[i].args);
	}
	g_free(start->smoke);
}

/* Node.js is only fetched where there is something to be loaded. */
static gboolean has_addon(const Checked *checked)
{
	for (guint i = 0; i < checked->files->len; i++) {
		const CheckedFile *file = g_ptr_array_index(checked->files, i);

		if (g_str_equal(file->kind, "addon"))
			return TRUE;
	}
	return FALSE;
}

static gboolean is_taken(const Start *start, const CheckedFile *file)
{
	return g_strcmp0(start->python, file->python) == 0;
}

static Subject *interpreter(const Start *start)
{
	g_autofree gchar *path = g_strdup_printf("%s/usr/bin/python%s", start->root, start->python);
	Subject *subject = subject_for_file(path);

	subject->kind = SUBJECT_PROGRAM;
	return subject;
}

static gboolean make_plan(Start *start, Checked *checked, GError **error)
{
	const CheckRequest *request = start->request;
	const PlanWatch watch = {request->watch->news, request->watch->data, request->cancellable};
	g_autoptr(GPtrArray) order = g_ptr_array_new();

	start->plan = plan_load(request->request->paths, error);
	if (!start->plan || !plan_take_profiles(start->plan, request->request, error))
		return FALSE;
	start->suite = find_suite(start->plan);
	if (!start->suite) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "there is no suite '" SUITE "' in %s/cases",
			    request->request->paths->data);
		return FALSE;
	}
	take_root(start);
	if (start->python)
		start->interpreter = interpreter(start);
	for (guint i = 0; i < checked->files->len; i++)
		if (is_taken(start, g_ptr_array_index(checked->files, i)))
			g_ptr_array_add(order, g_ptr_array_index(checked->files, i));
	g_ptr_array_sort(order, by_hits);
	if (!take_smoke(start, error) || !plan_is_prepared(start->plan, error) ||
	    (!start->python && has_addon(checked) &&
	     !plan_fetch_runners(start->plan, start->suite, &watch, error)))
		return FALSE;
	for (guint i = 0; i < order->len; i++)
		if (!take_file(start, g_ptr_array_index(order, i), error))
			return FALSE;
	return TRUE;
}

static gchar *replay(const CheckRequest *request, const gchar *target)
{
	const gchar *words[] = {"a64rig", "check", target, NULL, NULL, NULL};

	if (request->smoke) {
		words[2] = "--smoke";
		words[3] = request->smoke;
		words[4] = target;
	}
	return as_typed(words);
}

static Results *run(Start *start, const gchar *target, GError **error)
{
	const CheckRequest *request = start->request;
	g_autofree gchar *kept = NULL;
	Results *results = run_plan(start->plan, request->request, request->engines, 1,
				    request->cancellable, request->watch, &kept, error);

	if (!results || g_cancellable_set_error_if_cancelled(request->cancellable, error)) {
		results_free(results);
		return NULL;
	}
	for (guint i = 0; i < results->findings->len; i++) {
		CheckedFile *file = g_ptr_array_index(start->started, i);

		file->finding = g_ptr_array_index(results->findings, i);
		g_free(file->finding->replay);
		file->finding->replay = replay(request, target);
	}
	g_ptr_array_set_free_func(results->findings, NULL);
	g_ptr_array_set_size(results->findings, 0);
	return results;
}

static void forget(const Start *start, const Checked *checked)
{
	for (guint i = 0; i < checked->files->len; i++) {
		CheckedFile *file = g_ptr_array_index(checked->files, i);

		if (!is_taken(start, file))
			continue;
		g_clear_pointer(&file->finding, finding_free);
		g_clear_pointer(&file->not_started, g_free);
	}
}

Results *start_files(const CheckRequest *request, Checked *checked, const gchar *path,
		     const gchar *root, const gchar *python, GError **error)
{
	Start start = {.request = request,
		       .path = path,
		       .root = root,
		       .python = python,
		       .subjects = g_ptr_array_new_with_free_func((GDestroyNotify)subject_free),
		       .started = g_ptr_array_new()};
	Results *results = NULL;

	forget(&start, checked);
	if (make_plan(&start, checked, error))
		results = run(&start, checked->target, error);

	free_smoke(&start);
	plan_free(start.plan);
	subject_free(start.interpreter);
	g_ptr_array_unref(start.subjects);
	g_ptr_array_unref(start.started);
	return results;
}
