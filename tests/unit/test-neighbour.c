/*
 * Which version of a package stands as proof beside one that is flagged.
 */
#include "judge/neighbour.h"
#include "model/subject.h"

static void add(GPtrArray *findings, const gchar *package, Verdict verdict)
{
	Finding *finding = finding_new("addon/x", "x", "user");

	finding->package = g_strdup(package);
	finding->verdict = verdict;
	finding->advice = verdict == VERDICT_FLAGGED ? g_strdup("mend it") : NULL;
	g_ptr_array_add(findings, finding);
}

static void check(const gchar *const *ok, const gchar *flagged, const gchar *wanted)
{
	g_autoptr(GPtrArray) findings =
		g_ptr_array_new_with_free_func((GDestroyNotify)finding_free);
	g_autoptr(GPtrArray) subjects = g_ptr_array_new();
	gchar *package = (gchar[]){"npm:@s/known@3.0.0"}, *expect = (gchar[]){"ok"};
	Subject known = {.package = package, .expect = expect};

	for (; *ok; ok++)
		add(findings, *ok, VERDICT_OK);
	add(findings, "npm:@s/a@9.9.9", VERDICT_BROKEN);
	add(findings, flagged, VERDICT_FLAGGED);
	g_ptr_array_add(subjects, &known);
	neighbour_add(findings, subjects);
	g_assert_cmpstr(((Finding *)g_ptr_array_index(findings, findings->len - 1))->advice, ==,
			wanted);
}

#define WORDS(...) ((const gchar *const[]){__VA_ARGS__, NULL})

static void test_versions(void)
{
	check(WORDS("npm:@s/a@2.0.0", "npm:@s/a@2.10.0", "npm:@s/a@2.9.2", "npm:@s/a@1.0.0"),
	      "npm:@s/a@2.9.1", "mend it\nproof: @s/a 2.9.2 is ok on both");
	check(WORDS("npm:@s/a@1.0.0", "npm:@s/a@2.0.0"), "npm:@s/a@2.9.1",
	      "mend it\nproof: @s/a 2.0.0 is ok on both");
	check(WORDS("npm:@s/ab@2.9.2", "npm:a@2.9.2"), "npm:@s/a@2.9.1", "mend it");
	check(WORDS("npm:@s/a@2.9.2"), "npm:@s/known@2.0.0",
	      "mend it\nproof: @s/known 3.0.0 is known to be ok on both");
	check(WORDS("npm:@s/a@2.9.2"), NULL, "mend it");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/neighbour/versions", test_versions);
	return g_test_run();
}
