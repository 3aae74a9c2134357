/*
 * Which cases and subjects a request's words mean.
 */
#include <string.h>

#include "base/error.h"
#include "run/select.h"
#include "tree.h"

/* The model's strings are not const, for they are mostly allocated. */
#define LIST(...)  ((gchar **)(const gchar *[]){__VA_ARGS__})
#define WORDS(...) LIST(__VA_ARGS__, NULL)

static Case cases[] = {{.name = (gchar *)"aligned", .tags = LIST("basic"), .tags_count = 1},
		       {.name = (gchar *)"fork", .tags = LIST("threads"), .tags_count = 1}};
static Case more[] = {{.name = (gchar *)"udf", .tags = LIST("basic"), .tags_count = 1}};
static Suite allocator = {.name = (gchar *)"allocator", .cases = cases, .cases_count = 2};
static Suite verdicts = {.name = (gchar *)"verdicts",
			 .cases = more,
			 .cases_count = 1,
			 .optional = TRUE,
			 .subjects = LIST("glibc"),
			 .subjects_count = 1};
static Subject glibc = {.name = (gchar *)"glibc"};
static Subject mimalloc = {
	.name = (gchar *)"mimalloc-2.1.9", .tags = LIST("mimalloc"), .tags_count = 1};

/* The pairs that are selected, by the first letters of case and subject. */
static gchar *selected(const Request *request)
{
	Suite *const suites[] = {&allocator, &verdicts};
	Subject *const subjects[] = {&glibc, &mimalloc};
	GString *text = g_string_new(NULL);

	for (guint u = 0; u < G_N_ELEMENTS(subjects); u++)
		for (guint s = 0; s < G_N_ELEMENTS(suites); s++)
			for (guint c = 0; c < suites[s]->cases_count; c++)
				if (selects(request, suites[s], &suites[s]->cases[c], subjects[u]))
					g_string_append_printf(text, "%c%c ",
							       *suites[s]->cases[c].name,
							       *subjects[u]->name);
	return g_string_free(text, FALSE);
}

/* Words are "case ...", "subject ..." or "tag ...", one kind a group. */
static void check(const gchar *case_words, const gchar *subject_words, const gchar *tag_words,
		  const gchar *want)
{
	g_auto(GStrv) case_list = case_words ? g_strsplit(case_words, " ", -1) : NULL;
	g_auto(GStrv) subject_list = subject_words ? g_strsplit(subject_words, " ", -1) : NULL;
	g_auto(GStrv) tag_list = tag_words ? g_strsplit(tag_words, " ", -1) : NULL;
	Request request = {.cases = case_list, .subjects = subject_list, .tags = tag_list};
	g_autofree gchar *got = selected(&request);

	g_assert_cmpstr(got, ==, want);
}

static void test_selects(void)
{
	check(NULL, NULL, NULL, "ag fg am fm ");
	check("fork", NULL, NULL, "fg fm ");
	check("a* fork", NULL, NULL, "ag fg am fm ");
	check("allocator/*", NULL, NULL, "ag fg am fm ");
	check("*/udf", NULL, NULL, "ug ");
	check("udf", "mimalloc-*", NULL, "um ");
	check(NULL, "mimalloc*", NULL, "am fm ");
	check(NULL, NULL, "threads", "fg fm ");
	check(NULL, NULL, "basic", "ag ug am ");
	/* A tag of a subject does not mean an optional suite. */
	check(NULL, NULL, "mimalloc", "am fm ");
	check("fork", "glibc", "threads", "fg ");
	check("fork", "glibc", "basic", "");
}

static void check_refused(Request request, const gchar *message)
{
	g_autoptr(GPtrArray) suites = g_ptr_array_new();
	g_autoptr(GPtrArray) subjects = g_ptr_array_new();
	g_autoptr(GError) error = NULL;

	g_ptr_array_add(suites, &allocator);
	g_ptr_array_add(suites, &verdicts);
	g_ptr_array_add(subjects, &glibc);
	g_ptr_array_add(subjects, &mimalloc);
	g_assert_cmpint(select_check(&request, suites, subjects, &error), ==, !message);
	if (!message)
		return;
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE);
	g_assert_cmpstr(error->message, ==, message);
}

static void test_unknown(void)
{
	check_refused((Request){.cases = WORDS("algined")},
		      "unknown case 'algined'; did you mean 'aligned'?");
	check_refused((Request){.cases = WORDS("aligned", "alocator/fork")},
		      "unknown case 'alocator/fork'; did you mean 'allocator/fork'?");
	check_refused((Request){.subjects = WORDS("mimalloc-2.1.8")},
		      "unknown subject 'mimalloc-2.1.8'; did you mean 'mimalloc-2.1.9'?");
	check_refused((Request){.tags = WORDS("thread")},
		      "unknown tag 'thread'; did you mean 'threads'?");
	check_refused((Request){.cases = WORDS("z*")},
		      "unknown case 'z*'; known: aligned, fork, udf");
	check_refused((Request){.cases = WORDS("*"),
				.subjects = WORDS("glibc"),
				.tags = WORDS("mimalloc", "basic")},
		      NULL);
}

static const gchar *name_at(GPtrArray *subjects, guint index)
{
	return ((Subject *)g_ptr_array_index(subjects, index))->name;
}

/* Two builds of one library are two subjects; one file named twice is one, and so is a package. */
static void test_named(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *first = tree_write(tree, "a/liba.so", "", 0);
	g_autofree gchar *second = tree_write(tree, "b/liba.so", "", 0);
	g_autofree gchar *again = g_build_filename(tree, "b", "..", "a", "liba.so", NULL);
	g_autofree gchar *missing = g_build_filename(tree, "c.so", NULL);
	g_autoptr(GPtrArray) subjects =
		g_ptr_array_new_with_free_func((GDestroyNotify)subject_free);
	Request request = {.subjects = WORDS("glibc", first, second, again, "npm:@s/a@1.0.0",
					     "npm:@s/a@1.0.0")};
	Request wrong = {.subjects = WORDS(missing)};
	g_autoptr(GError) error = NULL;

	g_assert_true(select_add_named(&request, subjects, &error));
	g_assert_cmpuint(subjects->len, ==, 3);
	g_assert_cmpstr(name_at(subjects, 0), ==, "liba.so");
	g_assert_cmpstr(name_at(subjects, 1), ==, second);
	g_assert_cmpstr(name_at(subjects, 2), ==, "npm:@s/a@1.0.0");
	for (guint i = 0; i < subjects->len; i++)
		g_assert_true(selects(&request, &allocator, cases,
				      g_ptr_array_index(subjects, i)) == (i < 2));
	g_assert_false(select_add_named(&wrong, subjects, &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/select/selects", test_selects);
	g_test_add_func("/select/unknown", test_unknown);
	g_test_add_func("/select/named", test_named);
	return g_test_run();
}
