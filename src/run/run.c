#include "run/run.h"

#include <string.h>
#include <sys/utsname.h>

#include "base/tree.h"
#include "base/typed.h"
#include "judge/agree.h"
#include "judge/fate.h"
#include "judge/judge.h"
#include "judge/neighbour.h"
#include "run/audit.h"
#include "run/explain.h"
#include "run/memory.h"
#include "run/scratch.h"

/* A job on an engine: one finding to be. */
typedef struct {
	const Job *job;
	Engine *engine;
	gchar *key;       /* for the memory, or NULL */
	Finding *finding; /* NULL: not complete */
} Task;

typedef struct {
	Plan *plan;
	const Request *request;
	Engine *const *engines;
	guint count;
	Scratch *scratch;
	Memory *memory;   /* NULL: nothing is kept */
	Audit *audit;     /* NULL: not asked for */
	GPtrArray *tasks; /* of Task: by job, then by engine */
	GCancellable *cancellable;
	const RunWatch *watch;
	GMutex mutex; /* guards what follows, and the finding of each task */
	guint done;
} Session;

static void task_free(Task *task)
{
	g_free(task->key);
	finding_free(task->finding);
	g_free(task);
}

/* What the profile's CPU model has and its board lacks. The model is known by the profile of its
 * name. There are few such texts, and they are the same each time. */
static const gchar *lacks(const Plan *plan, const Profile *profile)
{
	const Profile *model = profile_named(plan->profiles, profile->model);
	g_autofree gchar *names = board_lacks(profile, model);

	return g_intern_string(names);
}

RunSpec run_spec(const Plan *plan, const Request *request, const Job *job, const Profile *profile,
		 const gchar *folder)
{
	guint seconds = job->self->timeout ? job->self->timeout : CASE_TIMEOUT;

	return (RunSpec){
		.profile = profile,
		.told = profile,
		.lacks = lacks(plan, profile),
		.audit = request->audit,
		.program = job->program,
		.args = job->self->args,
		.args_count = job->self->args_count,
		.beside = (const gchar *const *)job->beside,
		.preload = job->preload,
		.preload_files = job->subject->kind == SUBJECT_ALLOCATOR,
		.files = (const gchar *const *)job->files,
		.sysroot = plan->sysroot,
		.folder = folder,
		.timeout = request->timeout ? request->timeout : seconds,
		.memory = job->self->memory,
	};
}

static Outcome *rig_fault(const Profile *profile, const GError *error)
{
	Outcome *outcome = outcome_new(profile->name);

	outcome->kind = OUTCOME_RIG_FAULT;
	outcome->reason = g_strdup(error->message);
	return outcome;
}

/* Names of folders are short where they may be. */
static gchar *folder_name(const Session *session, const Task *task, const Profile *profile,
			  guint repeat)
{
	return g_strdup_printf("%s.%s.%s%s%s.%u", task->job->name, task->job->subject->name,
			       session->count > 1 ? task->engine->name : "",
			       session->count > 1 ? "." : "", profile->name, repeat);
}

/* One run in a folder of its own, explained. told: see RunSpec. */
static Outcome *run_told(Session *session, const Task *task, const Profile *profile,
			 const Profile *told, guint repeat)
{
	g_autofree gchar *name =
		folder_name(session, task, told == profile ? profile : told, repeat);
	g_autoptr(GError) error = NULL;
	g_autofree gchar *folder = scratch_folder(session->scratch, name, &error);
	Outcome *outcome;
	RunSpec spec;

	if (!folder)
		return rig_fault(profile, error);
	spec = run_spec(session->plan, session->request, task->job, profile, folder);
	spec.told = told;
	outcome = task->engine->run(task->engine, &spec, session->cancellable);
	outcome_expect_output(outcome, task->job->self->output);
	explain_trace(outcome, task->engine, &spec);
	explain_outcome(outcome, task->engine, &spec);
	return outcome;
}

static Outcome *run_one(Session *session, const Task *task, const Profile *profile, guint repeat)
{
	return run_told(session, task, profile, profile, repeat);
}

static void drop_folder(Outcome *outcome)
{
	if (!outcome->folder)
		return;
	tree_remove(outcome->folder);
	g_clear_pointer(&outcome->folder, g_free);
	g_clear_pointer(&outcome->core, g_free);
}

static void drop_folders(Finding *finding)
{
	if (finding->baseline)
		drop_folder(finding->baseline);
	if (finding->reference)
		drop_folder(finding->reference);
	for (guint i = 0; i < finding->columns->len; i++)
		drop_folder(((Column *)g_ptr_array_index(finding->columns, i))->outcome);
}

static void run_pair(Session *session, const Task *task, Finding *finding, guint repeat)
{
	finding->baseline = run_one(session, task, session->plan->baseline, repeat);
	finding->reference = run_one(session, task, session->plan->reference, repeat);
	finding->verdict = judge(finding->baseline, finding->reference);
	for (guint i = 0; i < session->plan->columns->len; i++) {
		const Profile *profile = g_ptr_array_index(session->plan->columns, i);
		Column *column = g_new0(Column, 1);

		column->outcome = run_one(session, task, profile, repeat);
		column->verdict = judge(column->outcome, finding->reference);
		g_ptr_array_add(finding->columns, column);
	}
}

static void add_to_audit(Session *session, const Task *task, const Finding *finding, guint repeat)
{
	const Profile *reference = session->plan->reference;
	g_autoptr(Outcome) plain = NULL;

	if (!session->audit)
		return;
	if (audit_needs_plain(session->audit, finding->baseline, finding->reference)) {
		plain = run_told(session, task, reference, audit_plain(), repeat);
		if (!session->request->keep)
			drop_folder(plain);
	}
	audit_add_file(session->audit, task->job->program);
	for (gchar **file = task->job->files; *file; file++)
		audit_add_file(session->audit, *file);
	audit_add(session->audit, finding->baseline, finding->reference, plain);
}

static const gchar *first_reason(const Finding *finding)
{
	return finding->baseline->reason ? finding->baseline->reason : finding->reference->reason;
}

static Finding *new_finding(const Task *task)
{
	const Job *job = task->job;
	Finding *finding = finding_new(job->name, job->subject->name, task->engine->name);

	finding->package = g_strdup(job->subject->package);
	finding->expected = job_expect(job, task->engine->name);
	return finding;
}

/* Of several repeats the worst is shown: the one whose verdict is the least like ok. */
static Finding *run_repeats(Session *session, const Task *task)
{
	guint repeat = session->request->repeat;
	g_autofree Verdict *verdicts = g_new(Verdict, repeat);
	g_autoptr(Finding) shown = NULL;
	g_autofree gchar *reason = NULL;

	for (guint i = 0; i < repeat; i++) {
		g_autoptr(Finding) finding = new_finding(task);

		run_pair(session, task, finding, i);
		add_to_audit(session, task, finding, i);
		verdicts[i] = finding->verdict;
		if (!session->request->keep && finding_as_expected(finding))
			drop_folders(finding);
		if (!shown || finding->verdict > shown->verdict) {
			g_clear_pointer(&shown, finding_free);
			shown = g_steal_pointer(&finding);
		}
	}
	shown->verdict = judge_repeats(verdicts, repeat, &reason);
	if (!reason && (shown->verdict == VERDICT_SKIPPED || shown->verdict == VERDICT_RIG_FAULT))
		reason = g_strdup(first_reason(shown));
	shown->reason = g_steal_pointer(&reason);
	return g_steal_pointer(&shown);
}

/* What an earlier run found, where that is asked for and nothing has changed. */
static Finding *recall(const Session *session, const Task *task)
{
	g_autoptr(Finding) finding = NULL;

	if (!task->key || !session->request->resume || session->request->keep)
		return NULL;
	finding = memory_recall(session->memory, task->key);
	if (!finding)
		return NULL;
	finding->expected = job_expect(task->job, task->engine->name);
	return finding_as_expected(finding) ? g_steal_pointer(&finding) : NULL;
}

static Finding *skip(const Session *session, const Task *task)
{
	Finding *finding = new_finding(task);

	finding->verdict = VERDICT_SKIPPED;
	finding->reason = g_strdup(task->job->skip);
	/* Nothing is expected of what cannot be run. */
	finding->expected = VERDICT_NONE;
	finding->replay = run_replay(session->plan, session->request, task->job, task->engine);
	return finding;
}

static Finding *run_task(Session *session, const Task *task)
{
	Finding *finding = run_repeats(session, task);

	explain_way_out(finding, task->job->subject);
	finding->replay = run_replay(session->plan, session->request, task->job, task->engine);
	if (!session->request->keep && finding_as_expected(finding))
		drop_folders(finding);
	return finding;
}

static void complete(Session *session, Task *task, Finding *finding)
{
	const RunWatch *watch = session->watch;

	g_mutex_lock(&session->mutex);
	task->finding = finding;
	session->done++;
	if (watch->progress)
		watch->progress(finding, session->done, session->tasks->len, watch->data);
	g_mutex_unlock(&session->mutex);
}

static void work(gpointer item, gpointer data)
{
	Session *session = data;
	Task *task = item;
	g_autoptr(Finding) finding = NULL;

	if (g_cancellable_is_cancelled(session->cancellable))
		return;
	finding = run_task(session, task);
	if (g_cancellable_is_cancelled(session->cancellable))
		return;
	if (task->key)
		memory_keep(session->memory, task->key, finding);
	complete(session, task, g_steal_pointer(&finding));
}

/* With every profile once; a comparison of one with itself has it twice. */
static GPtrArray *distinct_profiles(const Plan *plan)
{
	GPtrArray *profiles = g_ptr_array_new();

	g_ptr_array_add(profiles, (gpointer)plan->baseline);
	if (plan->reference != plan->baseline)
		g_ptr_array_add(profiles, (gpointer)plan->reference);
	for (guint i = 0; i < plan->columns->len; i++)
		if (!g_ptr_array_find(profiles, g_ptr_array_index(plan->columns, i), NULL))
			g_ptr_array_add(profiles, g_ptr_array_index(plan->columns, i));
	return profiles;
}

static gboolean check_profiles(const Plan *plan, Engine *const *engines, guint count,
			       GError **error)
{
	g_autoptr(GPtrArray) profiles = distinct_profiles(plan);

	for (guint e = 0; e < count; e++)
		for (guint i = 0; i < profiles->len; i++)
			if (!engines[e]->check(engines[e], g_ptr_array_index(profiles, i), error))
				return FALSE;
	return TRUE;
}

static gchar *versions(Engine *const *engines, guint count)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < count; i++)
		g_string_append_printf(text, "%s%s", i ? ", " : "", engines[i]->version);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static Results *describe(const Session *session)
{
	const Plan *plan = session->plan;
	Results *results = results_new();
	struct utsname host;

	results->rig_version = g_strdup(A64RIG_VERSION);
	results->qemu = versions(session->engines, session->count);
	if (!uname(&host))
		results->host =
			g_strdup_printf("%s %s %s", host.machine, host.sysname, host.release);
	results->baseline = g_strdup(plan->baseline->name);
	results->reference = g_strdup(plan->reference->name);
	for (guint i = 0; i < plan->columns->len; i++) {
		const Profile *profile = g_ptr_array_index(plan->columns, i);

		g_ptr_array_add(results->profiles, g_strdup(profile->name));
	}
	return results;
}

/* Keys are made before anything runs: what is changed under way is then not kept as if it had been
 * there from the start. */
static void make_tasks(Session *session)
{
	for (guint i = 0; i < session->plan->jobs->len; i++)
		for (guint e = 0; e < session->count; e++) {
			Task *task = g_new0(Task, 1);

			task->job = g_ptr_array_index(session->plan->jobs, i);
			task->engine = session->engines[e];
			if (session->memory)
				task->key = memory_key(session->memory, task->job, task->engine);
			g_ptr_array_add(session->tasks, task);
		}
}

/* All that needs no run. */
static void settle(Session *session)
{
	for (guint i = 0; i < session->tasks->len; i++) {
		Task *task = g_ptr_array_index(session->tasks, i);
		Finding *finding = task->job->skip ? skip(session, task) : recall(session, task);

		if (finding)
			complete(session, task, finding);
	}
}

/* An engine without anything to run has nothing to make ready. */
static gboolean prepare(Session *session, Engine *engine, GError **error)
{
	g_autoptr(GArray) specs = g_array_new(FALSE, FALSE, sizeof(RunSpec));
	g_autoptr(GPtrArray) profiles = distinct_profiles(session->plan);

	for (guint i = 0; i < session->tasks->len; i++) {
		const Task *task = g_ptr_array_index(session->tasks, i);

		if (task->finding || task->engine != engine)
			continue;
		for (guint p = 0; p < profiles->len; p++) {
			RunSpec spec = run_spec(session->plan, session->request, task->job,
						g_ptr_array_index(profiles, p), NULL);

			g_array_append_val(specs, spec);
		}
	}
	return !specs->len || !engine->prepare ||
	       engine->prepare(engine, (const RunSpec *)specs->data, specs->len,
			       session->watch->news, session->watch->data, session->cancellable,
			       error);
}

static gboolean prepare_all(Session *session, GError **error)
{
	g_autoptr(GError) why = NULL;

	for (guint e = 0; e < session->count; e++)
		if (!prepare(session, session->engines[e], &why)) {
			if (g_cancellable_is_cancelled(session->cancellable))
				return TRUE;
			g_propagate_error(error, g_steal_pointer(&why));
			return FALSE;
		}
	return TRUE;
}

static void run_all(Session *session)
{
	GThreadPool *pool =
		g_thread_pool_new(work, session, (gint)session->request->jobs, TRUE, NULL);

	for (guint i = 0; i < session->tasks->len; i++) {
		Task *task = g_ptr_array_index(session->tasks, i);

		if (!task->finding)
			g_thread_pool_push(pool, task, NULL);
	}
	g_thread_pool_free(pool, FALSE, TRUE);
}

static void compare(Results *results, const Job *job, const Finding *a, const Finding *b)
{
	gchar *what = finding_comparable(a, b) ? agree_difference(a, b) : NULL;
	Disagreement *disagreement;

	if (!what)
		return;
	disagreement = g_new0(Disagreement, 1);
	disagreement->case_name = g_strdup(a->case_name);
	disagreement->subject = g_strdup(a->subject);
	disagreement->what = what;
	disagreement->declared =
		a->verdict != b->verdict && case_names_engine(job->self, job->subject->name);
	g_ptr_array_add(results->disagreements, disagreement);
}

static void collect(const Session *session, Results *results)
{
	for (guint i = 0; i < session->tasks->len; i++) {
		const Task *task = g_ptr_array_index(session->tasks, i);
		const Task *before = i ? g_ptr_array_index(session->tasks, i - 1) : NULL;

		if (before && before->job == task->job && before->finding && task->finding)
			compare(results, task->job, before->finding, task->finding);
	}
	for (guint i = 0; i < session->tasks->len; i++) {
		Task *task = g_ptr_array_index(session->tasks, i);

		if (task->finding)
			g_ptr_array_add(results->findings, g_steal_pointer(&task->finding));
	}
	neighbour_add(results->findings, session->plan->subjects);
}

static Results *carry_out(Session *session, GError **error)
{
	Results *results;

	make_tasks(session);
	settle(session);
	if (!prepare_all(session, error))
		return NULL;
	run_all(session);
	results = describe(session);
	collect(session, results);
	results->audit = session->audit ? audit_finish(session->audit) : NULL;
	results->interrupted = g_cancellable_is_cancelled(session->cancellable);
	return results;
}

Results *run_plan(Plan *plan, const Request *request, Engine *const *engines, guint count,
		  GCancellable *cancellable, const RunWatch *watch, gchar **kept, GError **error)
{
	g_autoptr(Results) results = NULL;
	g_autoptr(Scratch) scratch = NULL;
	/* What was executed is not remembered. */
	g_autoptr(Memory) memory =
		request->audit ? NULL : memory_open(request->paths->findings, plan, request);
	g_autoptr(Audit) audit = request->audit ? audit_new(plan->baseline, plan->profiles) : NULL;
	g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func((GDestroyNotify)task_free);
	gint64 start = g_get_monotonic_time();
	Session session = {.plan = plan,
			   .request = request,
			   .engines = engines,
			   .count = count,
			   .memory = memory,
			   .audit = audit,
			   .tasks = tasks,
			   .cancellable = cancellable,
			   .watch = watch};

	scratch = check_profiles(plan, engines, count, error)
			  ? scratch_new(request->paths->runs, error)
			  : NULL;
	if (!scratch)
		return NULL;
	session.scratch = scratch;
	results = carry_out(&session, error);
	if (!results)
		return NULL;
	results->seconds = (g_get_monotonic_time() - start) / (gdouble)G_USEC_PER_SEC;
	scratch->forever = request->keep;
	/* What is left on a full disk would keep it full. */
	scratch->keep = request->keep || (results_unexpected(results) && !results->interrupted &&
					  !path_is_full(scratch->path));
	*kept = scratch->keep ? g_strdup(scratch->path) : NULL;
	return g_steal_pointer(&results);
}

static void add_commands(GString *text, const Plan *plan, const Request *request, Engine *engine)
{
	g_autoptr(GPtrArray) profiles = g_ptr_array_new();

	g_ptr_array_add(profiles, (gpointer)plan->baseline);
	g_ptr_array_add(profiles, (gpointer)plan->reference);
	g_ptr_array_extend(profiles, plan->columns, NULL, NULL);
	g_string_append(text, "mkdir -p -m 777 RUN\n");
	for (guint i = 0; i < plan->jobs->len; i++) {
		const Job *job = g_ptr_array_index(plan->jobs, i);

		g_string_append_printf(text, "# %s, %s%s%s\n", job->name, job->subject->name,
				       job->skip ? ": skipped, " : "", job->skip ? job->skip : "");
		for (guint p = 0; p < profiles->len && !job->skip; p++) {
			RunSpec spec =
				run_spec(plan, request, job, g_ptr_array_index(profiles, p), "RUN");
			g_auto(GStrv) argv = engine->command(engine, &spec);

			g_autofree gchar *line = as_typed((const gchar *const *)argv);

			g_string_append_printf(text, "%s\n", line);
		}
	}
}

static gboolean add_domains(GString *text, const Plan *plan, Engine *engine, GError **error)
{
	g_autoptr(GPtrArray) profiles = distinct_profiles(plan);

	for (guint i = 0; i < profiles->len; i++) {
		const Profile *profile = g_ptr_array_index(profiles, i);
		g_autofree gchar *domain = engine->domain(engine, profile, error);

		if (!domain)
			return FALSE;
		g_string_append_printf(text, "<!-- %s -->\n%s%s", profile->name, domain,
				       g_str_has_suffix(domain, "\n") ? "" : "\n");
	}
	return TRUE;
}

gchar *run_dry(Plan *plan, const Request *request, Engine *const *engines, guint count,
	       GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (!check_profiles(plan, engines, count, error))
		return NULL;
	for (guint e = 0; e < count; e++)
		if (!engines[e]->domain)
			add_commands(text, plan, request, engines[e]);
		else if (!add_domains(text, plan, engines[e], error))
			return NULL;
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static void add_guest_options(GStrvBuilder *words, const Request *request, const Engine *engine)
{
	g_strv_builder_add_many(words, "--engine", engine->name, NULL);
	if (g_strcmp0(request->image, REQUEST_IMAGE) != 0)
		g_strv_builder_add_many(words, "--image", request->image, NULL);
	if (request->share_guests)
		g_strv_builder_add_many(words, "--isolation", "guest", NULL);
	if (request->connect)
		g_strv_builder_add_many(words, "--connect", request->connect, NULL);
	if (request->pool)
		g_strv_builder_add_many(words, "--pool", request->pool, NULL);
}

gchar *run_replay(const Plan *plan, const Request *request, const Job *job, const Engine *engine)
{
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();
	g_auto(GStrv) argv = NULL;

	g_strv_builder_add_many(words, "a64rig", "run", "--case", job->name, "--subject",
				job->subject->path ? job->subject->path : job->subject->name, NULL);
	if (!g_str_equal(plan->baseline->name, REQUEST_BASELINE))
		g_strv_builder_add_many(words, "--baseline", plan->baseline->name, NULL);
	if (!g_str_equal(plan->reference->name, REQUEST_REFERENCE))
		g_strv_builder_add_many(words, "--reference", plan->reference->name, NULL);
	if (engine->domain)
		add_guest_options(words, request, engine);
	else if (!request->sandbox)
		g_strv_builder_add(words, "--no-sandbox");
	argv = g_strv_builder_end(words);
	return as_typed((const gchar *const *)argv);
}
