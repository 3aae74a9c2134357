/*
 * What a plan is refused for before anything runs.
 */
#include <string.h>

#include "base/error.h"
#include "run/plan.h"
#include "tree.h"

#define PROFILE "description: d\nmodel: max\narch: A\npages: [4]\nsources: [s]\n"
#define SUITE   "suite: s\ndescription: d\ncases:\n- name: a\n  description: d\n  program: a\n"

static const PlanWatch unwatched;

typedef struct {
	Tree *tree;
	gchar *prepared, *config;
	Paths paths;
} House;

static void put(const House *house, const gchar *name, const gchar *text)
{
	g_free(tree_write(house->tree, name, text, -1));
}

static void set_up(House *house, gconstpointer data)
{
	(void)data;
	house->tree = tree_new();
	house->prepared = g_build_filename(house->tree, "prepared", NULL);
	house->config = g_build_filename(house->tree, "config", NULL);
	house->paths = (Paths){.data = house->tree,
			       .prepared = house->prepared,
			       .packages = house->prepared,
			       .config = house->config};
	put(house, "rig/old.yaml", "name: old\n" PROFILE);
	put(house, "rig/new.yaml", "name: new\n" PROFILE);
	put(house, "cases/subjects/glibc.yaml", "name: glibc\ndescription: d\n");
	put(house, "cases/s/suite.yaml", SUITE);
}

static void tear_down(House *house, gconstpointer data)
{
	(void)data;
	tree_free(house->tree);
	g_free(house->prepared);
	g_free(house->config);
}

static void refused(const House *house, A64rigError kind, const gchar *message)
{
	Request request = {.paths = &house->paths, .baseline = "old", .reference = "new"};
	g_autoptr(GError) error = NULL;
	g_autoptr(Plan) plan = plan_new(&request, &unwatched, &error);

	g_assert_null(plan);
	g_assert_error(error, A64RIG_ERROR, (int)kind);
	if (!strstr(error->message, message))
		g_error("%s", error->message);
}

static void test_load(House *house, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Plan) plan = plan_load(&house->paths, &error);

	(void)data;
	g_assert_no_error(error);
	g_assert_cmpuint(plan->suites->len, ==, 1);
	g_assert_cmpuint(plan->profiles->len, ==, 2);
}

static void test_unknown_subjects(House *house, gconstpointer data)
{
	(void)data;
	put(house, "cases/s/suite.yaml", SUITE "subjects: [glbc]\n");
	refused(house, A64RIG_ERROR_USAGE,
		"suite 's': unknown subject 'glbc'; did you mean 'glibc'?");
	put(house, "cases/s/suite.yaml", SUITE "  expect: [{subject: libc, verdict: ok}]\n");
	refused(house, A64RIG_ERROR_USAGE,
		"suite 's': unknown subject 'libc'; did you mean 'glibc'?");
}

static void test_one_profile(House *house, gconstpointer data)
{
	Request request = {.paths = &house->paths, .baseline = "old", .reference = "old"};
	g_autoptr(GError) error = NULL;

	(void)data;
	g_assert_null(plan_new(&request, &unwatched, &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE);
	g_assert_nonnull(strstr(error->message, "both 'old'"));
}

static void test_not_prepared(House *house, gconstpointer data)
{
	(void)data;
	refused(house, A64RIG_ERROR_RIG, "prepared/sysroot is not there; run '");
	g_free(tree_folder(house->tree, "prepared/sysroot"));
	refused(house, A64RIG_ERROR_RIG, "prepared/cases/s/glibc/a is not there; run '");
	put(house, "prepared/cases/s/glibc/a", "");
	refused(house, A64RIG_ERROR_USAGE, "prepared/cases/s/glibc/a");
}

static void test_runners(House *house, gconstpointer data)
{
	(void)data;
	put(house, "cases/s/suite.yaml",
	    "suite: s\ndescription: d\ncases:\n- name: a\n  description: d\n  runner: node\n");
	refused(house, A64RIG_ERROR_USAGE, "suite 's': unknown subject 'node'");
	put(house, "cases/subjects/node.yaml", "name: node\ndescription: d\n");
	refused(house, A64RIG_ERROR_USAGE, "suite 's': case 'a': the runner 'node' is no program");
}

/* The reason that preparation left is why its findings are skipped. */
static void test_unavailable(House *house, gconstpointer data)
{
	Request request = {.paths = &house->paths, .baseline = "old", .reference = "new"};
	g_autoptr(GError) error = NULL;
	g_autoptr(Plan) plan = NULL;

	(void)data;
	g_free(tree_folder(house->tree, "prepared/sysroot"));
	put(house, "prepared/subjects/glibc.unavailable", "its source is not there\n");
	plan = plan_new(&request, &unwatched, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(plan->jobs->len, ==, 1);
	g_assert_cmpstr(((Job *)g_ptr_array_index(plan->jobs, 0))->skip, ==,
			"its source is not there");
}

static void add(const gchar *name, void (*test)(House *, gconstpointer))
{
	g_test_add(name, House, NULL, set_up, test, tear_down);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	add("/plan/load", test_load);
	add("/plan/unknown-subjects", test_unknown_subjects);
	add("/plan/one-profile", test_one_profile);
	add("/plan/not-prepared", test_not_prepared);
	add("/plan/runners", test_runners);
	add("/plan/unavailable", test_unavailable);
	return g_test_run();
}
