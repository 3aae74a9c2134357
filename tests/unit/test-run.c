/*
 * How a plan is carried out on several engines: these here do what a table says, and count.
 */
#include <signal.h>
#include <string.h>

#include "base/error.h"
#include "run/run.h"
#include "tree.h"

#define PROFILE "description: d\nmodel: max\narch: A\npages: [4]\nsources: [s]\n"
#define SUITE                                                                                      \
	"suite: s\ndescription: d\ncases:\n"                                                       \
	"- {name: a, description: d, program: a}\n"                                                \
	"- {name: b, description: d, program: b}\n"                                                \
	"- name: c\n  description: d\n  program: c\n"                                              \
	"  expect: [{subject: glibc, verdict: flagged, engine: system}]\n"

/* An engine of the test: on the profile "old", cases of these letters die of SIGILL. */
typedef struct {
	Engine engine;
	const gchar *dies;
	gchar *prepared;  /* "a.old a.new b.old", or NULL */
	gboolean refuses; /* to prepare */
	gint runs;
} Puppet;

typedef struct {
	Tree *tree;
	gchar *prepared, *config, *findings, *runs;
	Paths paths;
	Plan *plan;
	Request request;
	Puppet user, system;
	Engine *engines[2];
	GCancellable *cancellable;
	GString *news;
	guint done;
} House;

static gboolean check(Engine *engine, const Profile *profile, GError **error)
{
	(void)engine;
	(void)profile;
	(void)error;
	return TRUE;
}

static gchar **command(Engine *engine, const RunSpec *spec)
{
	const gchar *const words[] = {engine->name, spec->profile->name, spec->folder, NULL};

	return g_strdupv((gchar **)words);
}

static gchar *domain(Engine *engine, const Profile *profile, GError **error)
{
	(void)engine;
	(void)error;
	return g_strdup_printf("<domain>%s</domain>\n", profile->model);
}

static gboolean prepare(Engine *engine, const RunSpec *specs, guint count, EngineNews news,
			gpointer data, GCancellable *cancellable, GError **error)
{
	Puppet *self = (Puppet *)engine;
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < count; i++) {
		g_autofree gchar *program = g_path_get_basename(specs[i].program);

		g_assert_null(specs[i].folder);
		g_string_append_printf(text, "%s%s.%s", i ? " " : "", program,
				       specs[i].profile->name);
	}
	g_assert_null(self->prepared);
	self->prepared = g_string_free(g_steal_pointer(&text), FALSE);
	news("booting old", data);
	if (!self->refuses && !g_cancellable_is_cancelled(cancellable))
		return TRUE;
	g_set_error_literal(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "no guest");
	return FALSE;
}

static gchar **path_map(Engine *engine, const RunSpec *spec)
{
	(void)engine;
	(void)spec;
	return g_new0(gchar *, 1);
}

static Outcome *run(Engine *engine, const RunSpec *spec, GCancellable *cancellable)
{
	Puppet *self = (Puppet *)engine;
	g_autofree gchar *program = g_path_get_basename(spec->program);
	Outcome *outcome = outcome_new(spec->profile->name);

	(void)cancellable;
	g_atomic_int_inc(&self->runs);
	g_assert_true(g_file_test(spec->folder, G_FILE_TEST_IS_DIR));
	outcome->folder = g_strdup(spec->folder);
	if (g_str_equal(spec->profile->name, "old") && strstr(self->dies, program)) {
		outcome->signal = SIGILL;
		outcome_end(outcome, OUTCOME_SIGNALLED, NULL);
	}
	return outcome;
}

static void put(const House *house, const gchar *name, const gchar *text)
{
	g_free(tree_write(house->tree, name, text, -1));
}

static void add_job(House *house, const Case *self)
{
	static gchar *none[] = {NULL};
	Job *job = g_new0(Job, 1);

	job->suite = g_ptr_array_index(house->plan->suites, 0);
	job->self = self;
	job->subject = g_ptr_array_index(house->plan->subjects, 0);
	job->name = g_strdup_printf("s/%s", self->name);
	job->program = g_build_filename(house->prepared, self->program, NULL);
	job->beside = g_new0(gchar *, 1);
	job->files = none;
	g_ptr_array_add(house->plan->jobs, job);
}

static void make_plan(House *house)
{
	g_autoptr(GError) error = NULL;
	const Suite *suite;

	house->plan = plan_load(&house->paths, &error);
	g_assert_no_error(error);
	house->plan->baseline = profile_find(house->plan->profiles, "old", &error);
	house->plan->reference = profile_find(house->plan->profiles, "new", &error);
	g_assert_no_error(error);
	suite = g_ptr_array_index(house->plan->suites, 0);
	for (guint c = 0; c < suite->cases_count; c++)
		add_job(house, &suite->cases[c]);
}

static void make_engines(House *house)
{
	house->user.engine = (Engine){.name = "user",
				      .version = "qemu-a 1",
				      .check = check,
				      .command = command,
				      .path_map = path_map,
				      .run = run};
	house->system.engine = (Engine){.name = "system",
					.version = "qemu-s 2",
					.check = check,
					.domain = domain,
					.prepare = prepare,
					.path_map = path_map,
					.run = run};
	house->user.dies = house->system.dies = "";
	house->engines[0] = &house->user.engine;
	house->engines[1] = &house->system.engine;
}

static void set_up(House *house, gconstpointer data)
{
	(void)data;
	house->tree = tree_new();
	house->prepared = g_build_filename(house->tree, "prepared", NULL);
	house->config = g_build_filename(house->tree, "config", NULL);
	house->findings = g_build_filename(house->tree, "findings", NULL);
	house->runs = g_build_filename(house->tree, "runs", NULL);
	house->paths = (Paths){.data = house->tree,
			       .prepared = house->prepared,
			       .config = house->config,
			       .findings = house->findings,
			       .packages = house->findings,
			       .runs = house->runs};
	put(house, "rig/old.yaml", "name: old\n" PROFILE);
	put(house, "rig/new.yaml", "name: new\n" PROFILE);
	put(house, "cases/subjects/glibc.yaml", "name: glibc\ndescription: d\n");
	put(house, "cases/s/suite.yaml", SUITE);
	put(house, "prepared/a", "a");
	put(house, "prepared/b", "b");
	put(house, "prepared/c", "c");
	put(house, "prepared/sysroot/.sums", "");
	make_plan(house);
	make_engines(house);
	house->cancellable = g_cancellable_new();
	house->news = g_string_new(NULL);
	house->request = (Request){.paths = &house->paths,
				   .jobs = 2,
				   .repeat = 1,
				   .sandbox = TRUE,
				   .image = REQUEST_IMAGE};
}

static void tear_down(House *house, gconstpointer data)
{
	(void)data;
	plan_free(house->plan);
	tree_free(house->tree);
	g_free(house->prepared);
	g_free(house->config);
	g_free(house->findings);
	g_free(house->runs);
	g_free(house->user.prepared);
	g_free(house->system.prepared);
	g_object_unref(house->cancellable);
	g_string_free(house->news, TRUE);
}

static void count(const Finding *finding, guint done, guint total, gpointer data)
{
	House *house = data;

	g_assert_nonnull(finding);
	g_assert_cmpuint(done, ==, ++house->done);
	g_assert_cmpuint(done, <=, total);
}

static void hear(const gchar *what, gpointer data)
{
	g_string_append_printf(((House *)data)->news, "%s;", what);
}

static Results *try(House *house, GError **error)
{
	const RunWatch watch = {.progress = count, .news = hear, .data = house};
	g_autofree gchar *kept = NULL;

	house->done = 0;
	house->user.runs = house->system.runs = 0;
	g_clear_pointer(&house->system.prepared, g_free);
	return run_plan(house->plan, &house->request, house->engines, 2, house->cancellable, &watch,
			&kept, error);
}

static Results *carry_out(House *house)
{
	g_autoptr(GError) error = NULL;
	Results *results = try(house, &error);

	g_assert_no_error(error);
	return results;
}

/* "s/a user ok; s/a system ok" */
static void assert_findings(const Results *results, const gchar *wanted)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < results->findings->len; i++) {
		const Finding *finding = g_ptr_array_index(results->findings, i);

		g_string_append_printf(text, "%s%s %s %s%s", i ? "; " : "", finding->case_name,
				       finding->engine, verdict_name(finding->verdict),
				       finding_as_expected(finding) ? "" : "!");
	}
	g_assert_cmpstr(text->str, ==, wanted);
}

static void test_agree(House *house, gconstpointer data)
{
	g_autoptr(Results) results = NULL;

	(void)data;
	house->plan->jobs->len--;
	house->user.dies = house->system.dies = "b";
	results = carry_out(house);
	house->plan->jobs->len++;
	assert_findings(results, "s/a user ok; s/a system ok; s/b user flagged!; s/b system "
				 "flagged!");
	g_assert_cmpstr(results->qemu, ==, "qemu-a 1, qemu-s 2");
	g_assert_cmpuint(results_compared(results), ==, 2);
	g_assert_cmpuint(results->disagreements->len, ==, 0);
	g_assert_cmpuint(house->done, ==, 4);
	g_assert_cmpstr(house->system.prepared, ==, "a.old a.new b.old b.new");
	g_assert_cmpstr(house->news->str, ==, "booting old;");
}

static const Disagreement *disagreement(const Results *results, guint i)
{
	return g_ptr_array_index(results->disagreements, i);
}

/* What the suite says of one engine is no surprise. */
static void test_disagree(House *house, gconstpointer data)
{
	g_autoptr(Results) results = NULL;

	(void)data;
	house->system.dies = "bc";
	results = carry_out(house);
	assert_findings(results, "s/a user ok; s/a system ok; s/b user ok; s/b system flagged!; "
				 "s/c user ok; s/c system flagged");
	g_assert_cmpuint(results->disagreements->len, ==, 2);
	g_assert_cmpuint(results_undeclared(results), ==, 1);
	g_assert_cmpstr(disagreement(results, 0)->case_name, ==, "s/b");
	g_assert_cmpstr(disagreement(results, 0)->subject, ==, "glibc");
	g_assert_cmpstr(disagreement(results, 0)->what, ==, "verdict: user ok, system flagged");
	g_assert_false(disagreement(results, 0)->declared);
	g_assert_true(disagreement(results, 1)->declared);
}

static Finding *finding(const Results *results, guint i)
{
	return g_ptr_array_index(results->findings, i);
}

/* What is known or skipped is neither run nor prepared. */
static void test_resume(House *house, gconstpointer data)
{
	g_autoptr(Results) first = NULL, second = NULL, third = NULL, fourth = NULL;

	(void)data;
	house->request.resume = TRUE;
	house->system.dies = "bc";
	((Job *)g_ptr_array_index(house->plan->jobs, 0))->skip = g_strdup("why");
	first = carry_out(house);
	g_assert_cmpint(house->user.runs + house->system.runs, ==, 8);
	second = carry_out(house);
	assert_findings(second, "s/a user skipped; s/a system skipped; s/b user ok; s/b system "
				"flagged!; s/c user ok; s/c system flagged");
	g_assert_cmpint(house->user.runs, ==, 0);
	g_assert_cmpint(house->system.runs, ==, 2);
	g_assert_cmpstr(house->system.prepared, ==, "b.old b.new");
	g_assert_cmpuint(house->done, ==, 6);
	g_assert_true(finding(second, 2)->resumed && finding(second, 5)->resumed);
	g_assert_false(finding(second, 3)->resumed);
	g_assert_cmpuint(second->disagreements->len, ==, 2);
	house->request.image = "debian-13";
	third = carry_out(house);
	g_assert_cmpint(house->user.runs, ==, 0);
	g_assert_cmpint(house->system.runs, ==, 4);
	house->system.engine.version = "qemu-s 3";
	fourth = carry_out(house);
	g_assert_cmpint(house->user.runs, ==, 0);
	g_assert_cmpint(house->system.runs, ==, 4);
}

static void test_nothing_to_prepare(House *house, gconstpointer data)
{
	g_autoptr(Results) first = NULL, second = NULL;

	(void)data;
	house->request.resume = TRUE;
	house->system.dies = "c";
	first = carry_out(house);
	second = carry_out(house);
	g_assert_null(house->system.prepared);
	g_assert_cmpuint(house->done, ==, 6);
}

static void test_refused(House *house, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	(void)data;
	house->system.refuses = TRUE;
	g_assert_null(try(house, &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG);
	g_assert_cmpstr(error->message, ==, "no guest");
	g_assert_cmpint(house->user.runs, ==, 0);
}

static void test_cancelled(House *house, gconstpointer data)
{
	g_autoptr(Results) results = NULL;

	(void)data;
	((Job *)g_ptr_array_index(house->plan->jobs, 1))->skip = g_strdup("why");
	g_cancellable_cancel(house->cancellable);
	results = carry_out(house);
	g_assert_true(results->interrupted);
	assert_findings(results, "s/b user skipped; s/b system skipped");
	g_assert_cmpint(house->user.runs + house->system.runs, ==, 0);
}

static void test_replay(House *house, gconstpointer data)
{
	const gchar *base = "a64rig run --case s/a --subject glibc --baseline old --reference new";
	g_autoptr(Results) plain = NULL, options = NULL;
	g_autofree gchar *of_user = g_strconcat(base, " --no-sandbox", NULL);
	g_autofree gchar *of_system = g_strconcat(base, " --engine system", NULL);
	g_autofree gchar *with_all =
		g_strconcat(of_system, " --image i --isolation guest --connect ",
			    "qemu+ssh://h/system --pool p", NULL);

	(void)data;
	plain = carry_out(house);
	g_assert_cmpstr(finding(plain, 0)->replay, ==, base);
	g_assert_cmpstr(finding(plain, 1)->replay, ==, of_system);
	house->request.sandbox = FALSE;
	house->request.image = "i";
	house->request.share_guests = TRUE;
	house->request.connect = "qemu+ssh://h/system";
	house->request.pool = "p";
	options = carry_out(house);
	g_assert_cmpstr(finding(options, 0)->replay, ==, of_user);
	g_assert_cmpstr(finding(options, 1)->replay, ==, with_all);
}

static void test_dry(House *house, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autofree gchar *both = NULL, *one = NULL;

	(void)data;
	house->plan->jobs->len = 1;
	both = run_dry(house->plan, &house->request, house->engines, 2, &error);
	house->plan->baseline = house->plan->reference;
	one = run_dry(house->plan, &house->request, house->engines + 1, 1, &error);
	house->plan->jobs->len = 3;
	g_assert_no_error(error);
	g_assert_cmpstr(both, ==,
			"mkdir -p -m 777 RUN\n# s/a, glibc\nuser old RUN\nuser new RUN\n"
			"<!-- old -->\n<domain>max</domain>\n<!-- new -->\n<domain>max</domain>\n");
	g_assert_cmpstr(one, ==, "<!-- new -->\n<domain>max</domain>\n");
}

static void add(const gchar *name, void (*test)(House *, gconstpointer))
{
	g_test_add(name, House, NULL, set_up, test, tear_down);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	add("/run/agree", test_agree);
	add("/run/disagree", test_disagree);
	add("/run/resume", test_resume);
	add("/run/nothing-to-prepare", test_nothing_to_prepare);
	add("/run/refused", test_refused);
	add("/run/cancelled", test_cancelled);
	add("/run/replay", test_replay);
	add("/run/dry", test_dry);
	return g_test_run();
}
