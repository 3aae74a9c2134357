/*
 * Several documents in a text, and several results as one.
 */
#include <string.h>

#include "base/error.h"
#include "report/documents.h"
#include "report/merge.h"
#include "report/report.h"

static Results *results_of(const gchar *case_name, const gchar *subject, const gchar *engine)
{
	Results *results = results_new();
	Finding *finding = finding_new(case_name, subject, engine);

	results->baseline = g_strdup("cortex-a72");
	results->reference = g_strdup("max");
	results->seconds = 1;
	finding->verdict = VERDICT_OK;
	finding->baseline = outcome_new("cortex-a72");
	finding->reference = outcome_new("max");
	g_ptr_array_add(results->findings, finding);
	return results;
}

static GPtrArray *file_of(Results *results)
{
	GPtrArray *file = g_ptr_array_new_with_free_func((GDestroyNotify)results_free);

	g_ptr_array_add(file, results);
	return file;
}

static Results *merge_two(Results *first, Results *second)
{
	g_autoptr(GPtrArray) one = file_of(first), two = file_of(second);
	const MergeFile files[] = {{"one", FALSE, one}, {"two", FALSE, two}};

	return merge_files(files, G_N_ELEMENTS(files));
}

static const Finding *finding_at(const Results *results, guint index)
{
	return g_ptr_array_index(results->findings, index);
}

static void test_shards(void)
{
	g_autoptr(Results) whole =
		merge_two(results_of("a", "glibc", "user"), results_of("b", "glibc", "user"));

	g_assert_cmpuint(whole->findings->len, ==, 2);
	g_assert_cmpstr(finding_at(whole, 0)->subject, ==, "glibc");
	g_assert_cmpstr(finding_at(whole, 1)->subject, ==, "glibc");
	g_assert_cmpfloat(whole->seconds, ==, 2);
	g_assert_cmpstr(whole->baseline, ==, "cortex-a72");
}

static void test_builds(void)
{
	g_autoptr(Results) whole =
		merge_two(results_of("a", "glibc", "user"), results_of("a", "glibc", "user"));

	g_assert_cmpuint(whole->findings->len, ==, 2);
	g_assert_cmpstr(finding_at(whole, 0)->subject, ==, "glibc (one)");
	g_assert_cmpstr(finding_at(whole, 1)->subject, ==, "glibc (two)");
}

static void test_engines(void)
{
	g_autoptr(Results) whole =
		merge_two(results_of("a", "glibc", "user"), results_of("a", "glibc", "system"));

	g_assert_cmpstr(finding_at(whole, 1)->subject, ==, "glibc");
	g_assert_cmpuint(results_compared(whole), ==, 1);
}

static void test_heads(void)
{
	Results *second = results_of("b", "glibc", "user");
	g_autoptr(Results) whole = NULL;

	g_free(second->baseline);
	second->baseline = g_strdup("rpi3, cortex-a72");
	second->interrupted = TRUE;
	whole = merge_two(results_of("a", "glibc", "user"), second);
	g_assert_cmpstr(whole->baseline, ==, "cortex-a72, rpi3");
	g_assert_true(whole->interrupted);
}

static void add_column(Results *results, const gchar *profile)
{
	Column *column = g_new0(Column, 1);

	column->outcome = outcome_new(profile);
	column->verdict = VERDICT_OK;
	g_ptr_array_add(results->profiles, g_strdup(profile));
	g_ptr_array_add(finding_at(results, 0)->columns, column);
}

static const Column *column_of(const Results *results, guint finding, guint column)
{
	return g_ptr_array_index(finding_at(results, finding)->columns, column);
}

static void test_columns(void)
{
	Results *first = results_of("a", "x", "user"), *second = results_of("b", "x", "user");
	g_autoptr(Results) whole = NULL;

	add_column(first, "rpi3");
	add_column(second, "rpi5");
	whole = merge_two(first, second);
	for (guint i = 0; i < 2; i++) {
		g_assert_cmpuint(finding_at(whole, i)->columns->len, ==, 2);
		g_assert_cmpstr(column_of(whole, i, 0)->outcome->profile, ==, "rpi3");
		g_assert_cmpint(column_of(whole, i, i)->verdict, ==, VERDICT_OK);
		g_assert_cmpint(column_of(whole, i, 1 - i)->verdict, ==, VERDICT_SKIPPED);
	}
}

static void check_read(const gchar *text, guint documents, guint cut)
{
	g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) found = documents_read(text, strlen(text), notes, &error);

	g_assert_no_error(error);
	g_assert_cmpuint(found->len, ==, documents);
	g_assert_cmpuint(notes->len, ==, cut);
}

/* A line, the same in many lines, and again; cut at every place it has. */
static void test_documents(void)
{
	g_autoptr(Results) results = results_of("a \" } \\ {", "[", "user");
	g_autofree gchar *line = report_json_line(results);
	g_autofree gchar *many = report_json(results, FALSE, 0);
	g_autofree gchar *text = g_strconcat(line, many, line, NULL);
	gsize before = strlen(line) + strlen(many);

	check_read(text, 3, 0);
	for (gsize length = strlen(text) - 2; length > before; length--) {
		g_autofree gchar *cut = g_strndup(text, length);
		g_autofree gchar *more = g_strconcat(cut, "\n", line, NULL);

		check_read(cut, 2, 1);
		check_read(more, 3, 1);
	}
}

static void test_wrong(void)
{
	static const gchar *const texts[] = {
		"", " \n", "x", "{}", "[]", "{\"schema\": ", "}{", "\xff", "1 2", "{\"a\": x}",
	};

	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
		g_autoptr(GError) error = NULL;

		g_assert_null(documents_read(texts[i], strlen(texts[i]), notes, &error));
		g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/merge/shards", test_shards);
	g_test_add_func("/merge/builds", test_builds);
	g_test_add_func("/merge/engines", test_engines);
	g_test_add_func("/merge/heads", test_heads);
	g_test_add_func("/merge/columns", test_columns);
	g_test_add_func("/documents/several", test_documents);
	g_test_add_func("/documents/wrong", test_wrong);
	return g_test_run();
}
