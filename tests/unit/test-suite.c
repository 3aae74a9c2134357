/*
 * Suites: what is refused in one, what a case says of itself, and that ours load.
 */
#include <string.h>

#include "base/error.h"
#include "model/suite.h"
#include "tree.h"

#define HEAD "suite: s\ndescription: d\ncases:\n"
#define CASE "- name: a\n  description: d\n  program: a\n"

static Suite *load(const gchar *text, GError **error)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = tree_write(tree, "s/suite.yaml", text, -1);

	return suite_load(path, error);
}

static void test_refused(void)
{
	static const struct {
		const gchar *text, *message;
	} cases[] = {
		{"suite: t\ndescription: d\ncases:\n" CASE,
		 "suite.yaml: it names the suite 't', but its folder is 's'"},
		{"suite: s\ndescription: d\n", "Missing required mapping field: cases"},
		{"suite: s\ndescription: d\ncases: []\n", "Insufficient entries"},
		{HEAD CASE CASE, "suite.yaml: case 'a' is listed twice"},
		{HEAD "- name: a\n  description: d\n  program: ../a\n",
		 "suite.yaml: case 'a': program: '../a' must be a file name"},
		{HEAD CASE "  files: [a, b/c]\n",
		 "suite.yaml: case 'a': files: 'b/c' must be a file name"},
		{HEAD CASE "  runner: node\n",
		 "suite.yaml: case 'a': it has a program and a runner"},
		{HEAD CASE "  kind: plugin\n", "plugin"},
		{HEAD "- name: a/b\n  description: d\n  program: a\n",
		 "suite.yaml: case 'a/b': name: it must not hold any of / * ?"},
		{HEAD CASE "  libc: [glibc, uclibc]\n",
		 "suite.yaml: case 'a': libc: 'uclibc' is neither glibc nor musl"},
		{HEAD CASE "  expect:\n  - subject: x\n    verdict: flaged\n",
		 "suite.yaml: case 'a': expect: 'flaged' is not a verdict"},
		{HEAD CASE "  expect:\n  - {subject: x, verdict: ok, engine: gem5}\n",
		 "suite.yaml: case 'a': expect: 'gem5' is neither user nor system"},
		{HEAD CASE "  expect:\n  - subject: x\n",
		 "Missing required mapping field: verdict"},
		{HEAD CASE "  timeout: soon\n", "suite.yaml:7: Invalid uint64_t value: 'soon'"},
		{HEAD CASE "  timout: 3\n",
		 "suite.yaml:7: unknown key 'timout'; did you mean 'timeout'?"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(load(cases[i].text, &error));
		g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE);
		if (!strstr(error->message, cases[i].message))
			g_error("%u: %s", i, error->message);
	}
}

static void test_case(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Suite) suite = load(
		HEAD CASE "  args: ['1', two]\n  tags: [threads]\n  libc: [musl]\n  timeout: 5\n"
			  "  expect:\n  - {subject: x, verdict: flagged}\n"
			  "- name: b\n  description: d\n  program: a\n",
		&error);
	const Case *self;

	g_assert_no_error(error);
	g_assert_cmpuint(suite->cases_count, ==, 2);
	self = &suite->cases[0];
	g_assert_cmpuint(self->args_count, ==, 2);
	g_assert_cmpstr(self->args[0], ==, "1");
	g_assert_cmpuint(self->timeout, ==, 5);
	g_assert_true(case_has_tag(self, "threads"));
	g_assert_false(case_has_tag(self, "thread"));
	g_assert_true(case_has_libc(self, "musl"));
	g_assert_false(case_has_libc(self, "glibc"));
	g_assert_cmpint(case_expect(self, "x", "user"), ==, VERDICT_FLAGGED);
	g_assert_cmpint(case_expect(self, "y", "user"), ==, VERDICT_NONE);
	self = &suite->cases[1];
	g_assert_true(case_has_libc(self, "musl"));
	g_assert_false(case_has_tag(self, "threads"));
	g_assert_false(suite->optional);
}

/* What is said of one engine is stronger than what is said of all, wherever it stands. */
static void test_engines(void)
{
	static const struct {
		const gchar *subject, *engine;
		Verdict verdict;
		gboolean apart;
	} wanted[] = {
		{"x", "user", VERDICT_FLAGGED, TRUE},  {"x", "system", VERDICT_BROKEN, TRUE},
		{"y", "user", VERDICT_NONE, TRUE},     {"y", "system", VERDICT_DIVERGES, TRUE},
		{"z", "user", VERDICT_FLAGGED, FALSE}, {"z", "system", VERDICT_FLAGGED, FALSE},
		{"none", "user", VERDICT_NONE, FALSE},
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Suite) suite =
		load(HEAD CASE "  expect:\n"
			       "  - {subject: x, verdict: broken, engine: system}\n"
			       "  - {subject: x, verdict: flagged}\n"
			       "  - {subject: y, verdict: diverges, engine: system}\n"
			       "  - {subject: z, verdict: flagged}\n",
		     &error);
	const Case *self;

	g_assert_no_error(error);
	self = &suite->cases[0];
	for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
		g_assert_cmpint(case_expect(self, wanted[i].subject, wanted[i].engine), ==,
				wanted[i].verdict);
		g_assert_cmpint(case_names_engine(self, wanted[i].subject), ==, wanted[i].apart);
	}
}

/* Which of the cases takes the subject: their names' letters. */
static void check_takers(const Suite *suite, const Subject *subject, const gchar *wanted)
{
	g_autoptr(GString) takers = g_string_new(NULL);

	for (guint i = 0; i < suite->cases_count; i++)
		if (case_takes(suite, &suite->cases[i], subject))
			g_string_append(takers, suite->cases[i].name);
	g_assert_cmpstr(takers->str, ==, wanted);
}

static void test_takes(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Suite) suite =
		load(HEAD CASE "- name: b\n  description: d\n  packages: ['@s/a']\n"
			       "- name: c\n  description: d\n  subjects: [own-*, glibc]\n"
			       "- name: d\n  description: d\n  kind: addon\n  fallback: true\n",
		     &error);
	g_autoptr(Subject) library = subject_for_file("libx.so");
	g_autoptr(Subject) addon = subject_for_file("own-x.node");
	g_autoptr(Subject) known = subject_for_package("npm:@s/a@1.0.0");
	g_autoptr(Subject) unknown = subject_for_package("npm:@s/b@1.0.0");
	Subject glibc = {.name = (gchar[]){"glibc"}};
	Subject own = {.name = (gchar[]){"own-addon"}, .kind = SUBJECT_ADDON};

	g_assert_no_error(error);
	check_takers(suite, library, "a");
	check_takers(suite, &glibc, "ac");
	check_takers(suite, &own, "c");
	/* A file of the user's is no subject of that name. */
	check_takers(suite, addon, "d");
	check_takers(suite, known, "b");
	check_takers(suite, unknown, "d");
}

static void test_folder(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) suites = NULL;

	g_assert_null(suites_load(tree, &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE);
	g_clear_error(&error);
	g_free(tree_write(tree, "s/suite.yaml", HEAD CASE, -1));
	g_free(tree_write(tree, "b/suite.yaml", "suite: b\ndescription: d\ncases:\n" CASE, -1));
	g_free(tree_folder(tree, "subjects"));
	suites = suites_load(tree, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(suites->len, ==, 2);
	g_assert_cmpstr(((Suite *)g_ptr_array_index(suites, 0))->name, ==, "b");
	g_free(tree_write(tree, "b/suite.yaml", "suite: b\n", -1));
	g_assert_null(suites_load(tree, &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE);
}

static gboolean has_source(const Suite *suite, const Case *self)
{
	static const gchar *const endings[] = {".c", ".cc", ".S"};

	if (!self->program)
		return TRUE;
	for (guint i = 0; i < G_N_ELEMENTS(endings); i++) {
		g_autofree gchar *path =
			g_strdup_printf("cases/%s/%s%s", suite->name, self->program, endings[i]);

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			return TRUE;
	}
	return FALSE;
}

static void test_ours(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) suites = suites_load("cases", &error);

	g_assert_no_error(error);
	for (guint i = 0; i < suites->len; i++) {
		const Suite *suite = g_ptr_array_index(suites, i);

		for (guint c = 0; c < suite->cases_count; c++)
			if (!has_source(suite, &suite->cases[c]))
				g_error("%s/%s: no source for its program", suite->name,
					suite->cases[c].name);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/suite/refused", test_refused);
	g_test_add_func("/suite/case", test_case);
	g_test_add_func("/suite/engines", test_engines);
	g_test_add_func("/suite/takes", test_takes);
	g_test_add_func("/suite/folder", test_folder);
	g_test_add_func("/suite/ours", test_ours);
	return g_test_run();
}
