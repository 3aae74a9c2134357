#include "run/run.h"

#include <string.h>
#include <sys/utsname.h>

#include "base/tree.h"
#include "judge/judge.h"
#include "run/explain.h"
#include "run/memory.h"
#include "run/scratch.h"

typedef struct {
	Plan *plan;
	const Request *request;
	Engine *engine;
	Scratch *scratch;
	Memory *memory; /* NULL: nothing is kept */
	gchar **keys;   /* of the jobs, in the order of the plan */
	GCancellable *cancellable;
	RunProgress progress;
	gpointer data;
	GMutex mutex;       /* guards what follows */
	Finding **findings; /* in the order of the plan; NULL: not complete */
	guint done;
} Session;

static RunSpec spec_for(const Plan *plan, const Request *request, const Job *job,
			const Profile *profile, const gchar *folder)
{
	guint seconds = job->self->timeout ? job->self->timeout : CASE_TIMEOUT;

	return (RunSpec){
		.profile = profile,
		.program = job->program,
		.args = job->self->args,
		.args_count = job->self->args_count,
		.preload = job->preload,
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

/* One run in a folder of its own, explained; the core goes unless it is to be kept. */
static Outcome *run_one(Session *session, const Job *job, const Profile *profile, guint repeat)
{
	g_autofree gchar *name = g_strdup_printf("%s.%s.%s.%u", job->name, job->subject->name,
						 profile->name, repeat);
	g_autoptr(GError) error = NULL;
	g_autofree gchar *folder = scratch_folder(session->scratch, name, &error);
	Outcome *outcome;
	RunSpec spec;

	if (!folder)
		return rig_fault(profile, error);
	spec = spec_for(session->plan, session->request, job, profile, folder);
	outcome = session->engine->run(session->engine, &spec, session->cancellable);
	explain_outcome(outcome, session->engine, &spec);
	return outcome;
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

static void run_pair(Session *session, const Job *job, Finding *finding, guint repeat)
{
	finding->baseline = run_one(session, job, session->plan->baseline, repeat);
	finding->reference = run_one(session, job, session->plan->reference, repeat);
	finding->verdict = judge(finding->baseline, finding->reference);
	for (guint i = 0; i < session->plan->columns->len; i++) {
		const Profile *profile = g_ptr_array_index(session->plan->columns, i);
		Column *column = g_new0(Column, 1);

		column->outcome = run_one(session, job, profile, repeat);
		column->verdict = judge(column->outcome, finding->reference);
		g_ptr_array_add(finding->columns, column);
	}
}

static const gchar *first_reason(const Finding *finding)
{
	return finding->baseline->reason ? finding->baseline->reason : finding->reference->reason;
}

static Finding *new_finding(const Session *session, const Job *job)
{
	Finding *finding = finding_new(job->name, job->subject->name, session->engine->name);

	finding->expected = job->expected;
	return finding;
}

/* Of several repeats the worst is shown: the one whose verdict is the least like ok. */
static Finding *run_repeats(Session *session, const Job *job)
{
	guint repeat = session->request->repeat;
	g_autofree Verdict *verdicts = g_new(Verdict, repeat);
	g_autoptr(Finding) shown = NULL;
	g_autofree gchar *reason = NULL;

	for (guint i = 0; i < repeat; i++) {
		g_autoptr(Finding) finding = new_finding(session, job);

		run_pair(session, job, finding, i);
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
static Finding *recall(const Session *session, const Job *job, const gchar *key)
{
	g_autoptr(Finding) finding = NULL;

	if (!key || !session->request->resume || session->request->keep)
		return NULL;
	finding = memory_recall(session->memory, key);
	if (!finding)
		return NULL;
	finding->expected = job->expected;
	return finding_as_expected(finding) ? g_steal_pointer(&finding) : NULL;
}

static Finding *run_job(Session *session, const Job *job, const gchar *key)
{
	g_autoptr(Finding) finding = recall(session, job, key);

	if (finding)
		return g_steal_pointer(&finding);
	if (job->skip) {
		finding = new_finding(session, job);
		finding->verdict = VERDICT_SKIPPED;
		finding->reason = g_strdup(job->skip);
		/* Nothing is expected of what cannot be run. */
		finding->expected = VERDICT_NONE;
	} else {
		finding = run_repeats(session, job);
		explain_way_out(finding, job->subject);
	}
	finding->replay = run_replay(session->plan, session->request, job);
	if (!session->request->keep && finding_as_expected(finding))
		drop_folders(finding);
	return g_steal_pointer(&finding);
}

static void work(gpointer item, gpointer data)
{
	Session *session = data;
	guint index = GPOINTER_TO_UINT(item) - 1;
	const Job *job = g_ptr_array_index(session->plan->jobs, index);
	g_autoptr(Finding) finding = NULL;

	if (g_cancellable_is_cancelled(session->cancellable))
		return;
	finding = run_job(session, job, session->keys[index]);
	if (g_cancellable_is_cancelled(session->cancellable))
		return;
	if (session->keys[index] && !finding->resumed)
		memory_keep(session->memory, session->keys[index], finding);
	g_mutex_lock(&session->mutex);
	session->findings[index] = g_steal_pointer(&finding);
	session->done++;
	if (session->progress)
		session->progress(session->findings[index], session->done, session->plan->jobs->len,
				  session->data);
	g_mutex_unlock(&session->mutex);
}

static gboolean check_profiles(const Plan *plan, Engine *engine, GError **error)
{
	if (!engine->check(engine, plan->baseline, error) ||
	    !engine->check(engine, plan->reference, error))
		return FALSE;
	for (guint i = 0; i < plan->columns->len; i++)
		if (!engine->check(engine, g_ptr_array_index(plan->columns, i), error))
			return FALSE;
	return TRUE;
}

static Results *describe(const Plan *plan, const Engine *engine)
{
	Results *results = results_new();
	struct utsname host;

	results->rig_version = g_strdup(A64RIG_VERSION);
	results->qemu = g_strdup(engine->version);
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
static void make_keys(Session *session)
{
	for (guint i = 0; session->memory && i < session->plan->jobs->len; i++)
		session->keys[i] =
			memory_key(session->memory, g_ptr_array_index(session->plan->jobs, i));
}

static void run_all(Session *session)
{
	GThreadPool *pool =
		g_thread_pool_new(work, session, (gint)session->request->jobs, TRUE, NULL);

	for (guint i = 0; i < session->plan->jobs->len; i++)
		g_thread_pool_push(pool, GUINT_TO_POINTER(i + 1), NULL);
	g_thread_pool_free(pool, FALSE, TRUE);
}

Results *run_plan(Plan *plan, const Request *request, Engine *engine, GCancellable *cancellable,
		  RunProgress progress, gpointer data, gchar **kept, GError **error)
{
	g_autoptr(Results) results = NULL;
	g_autoptr(Scratch) scratch = NULL;
	g_autoptr(Memory) memory = memory_open(request->paths->findings, plan, request, engine);
	g_autofree Finding **findings = g_new0(Finding *, plan->jobs->len);
	g_autofree gchar **keys = g_new0(gchar *, plan->jobs->len);
	gint64 start = g_get_monotonic_time();
	Session session = {.plan = plan,
			   .request = request,
			   .engine = engine,
			   .cancellable = cancellable,
			   .progress = progress,
			   .data = data,
			   .memory = memory,
			   .keys = keys,
			   .findings = findings};

	if (!check_profiles(plan, engine, error))
		return NULL;
	scratch = scratch_new(request->paths->runs, error);
	if (!scratch)
		return NULL;
	session.scratch = scratch;
	make_keys(&session);
	run_all(&session);
	results = describe(plan, engine);
	for (guint i = 0; i < plan->jobs->len; i++) {
		if (findings[i])
			g_ptr_array_add(results->findings, findings[i]);
		g_free(keys[i]);
	}
	results->interrupted = g_cancellable_is_cancelled(cancellable);
	results->seconds = (g_get_monotonic_time() - start) / (gdouble)G_USEC_PER_SEC;
	scratch->forever = request->keep;
	/* What is left on a full disk would keep it full. */
	scratch->keep = request->keep || (results_unexpected(results) && !results->interrupted &&
					  !path_is_full(scratch->path));
	*kept = scratch->keep ? g_strdup(scratch->path) : NULL;
	return g_steal_pointer(&results);
}

static void add_quoted(GString *line, gchar **argv)
{
	for (gchar **word = argv; *word; word++) {
		g_autofree gchar *quoted = g_shell_quote(*word);
		gboolean plain = !(*word)[strcspn(*word, " \t\n\"'\\$&;|<>()*?[]#~`!{}")] && **word;

		g_string_append_printf(line, "%s%s", plain ? *word : quoted, word[1] ? " " : "\n");
	}
}

gchar *run_dry(Plan *plan, const Request *request, Engine *engine, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (!check_profiles(plan, engine, error))
		return NULL;
	g_string_append(text, "mkdir -p -m 777 RUN\n");
	for (guint i = 0; i < plan->jobs->len; i++) {
		const Job *job = g_ptr_array_index(plan->jobs, i);
		g_autoptr(GPtrArray) profiles = g_ptr_array_new();

		g_ptr_array_add(profiles, (gpointer)plan->baseline);
		g_ptr_array_add(profiles, (gpointer)plan->reference);
		g_ptr_array_extend(profiles, plan->columns, NULL, NULL);
		g_string_append_printf(text, "# %s, %s%s%s\n", job->name, job->subject->name,
				       job->skip ? ": skipped, " : "", job->skip ? job->skip : "");
		for (guint p = 0; p < profiles->len && !job->skip; p++) {
			RunSpec spec =
				spec_for(plan, request, job, g_ptr_array_index(profiles, p), "RUN");
			g_auto(GStrv) argv = engine->command(engine, &spec);

			add_quoted(text, argv);
		}
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

gchar *run_replay(const Plan *plan, const Request *request, const Job *job)
{
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();
	g_autoptr(GString) line = g_string_new(NULL);
	g_auto(GStrv) argv = NULL;

	g_strv_builder_add_many(words, "a64rig", "run", "--case", job->name, "--subject",
				job->subject->file ? job->subject->file : job->subject->name, NULL);
	if (!g_str_equal(plan->baseline->name, REQUEST_BASELINE))
		g_strv_builder_add_many(words, "--baseline", plan->baseline->name, NULL);
	if (!g_str_equal(plan->reference->name, REQUEST_REFERENCE))
		g_strv_builder_add_many(words, "--reference", plan->reference->name, NULL);
	if (!request->sandbox)
		g_strv_builder_add(words, "--no-sandbox");
	argv = g_strv_builder_end(words);
	add_quoted(line, argv);
	g_string_truncate(line, line->len - 1);
	return g_string_free(g_steal_pointer(&line), FALSE);
}
