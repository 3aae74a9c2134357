/*
 * The known name that a mistyped one is closest to.
 */
#include <string.h>

#include "base/nearest.h"

static GPtrArray *names_of(const gchar *words)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) parts = g_strsplit(words, " ", -1);

	for (gchar **part = parts; *part; part++)
		g_ptr_array_add(names, g_strdup(*part));
	return names;
}

static void test_names(void)
{
	static const struct {
		const gchar *word, *known, *near;
	} cases[] = {
		{"cortex-a7", "cortex-a53 cortex-a72 max", "cortex-a72"},
		{"cortexa72", "max cortex-a72", "cortex-a72"},
		{"descripton", "name description", "description"},
		{"max", "min max", "max"},
		{"rpi9", "rpi3 rpi4", "rpi3"}, /* of equals the first */
		{"glibc", "musl mimalloc", NULL},
		{"x", "a b", NULL},
		{"ab", "xb", "xb"},
		{"", "a b", NULL},
		{"glibc", "", NULL},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GPtrArray) names = names_of(cases[i].known);

		g_assert_cmpstr(nearest_name(cases[i].word, names), ==, cases[i].near);
	}
}

/* What no one mistyped must not cost time or memory either. */
static void test_long(void)
{
	g_autofree gchar *word = g_strnfill(1000000, 'a');
	g_autoptr(GPtrArray) names = names_of("a aa aaa");

	g_assert_null(nearest_name(word, names));
	word[200] = '\0';
	g_ptr_array_add(names, g_strnfill(199, 'a'));
	g_assert_cmpuint(strlen(nearest_name(word, names)), ==, 199);
}

static void check_message(const gchar *word, const gchar *known, const gchar *want)
{
	g_autoptr(GPtrArray) names = names_of(known);
	g_autofree gchar *message = nearest_message("profile", word, names);

	g_assert_cmpstr(message, ==, want);
}

static void test_messages(void)
{
	check_message("maks", "max cortex-a72", "unknown profile 'maks'; did you mean 'max'?");
	check_message("pentium", "max a72", "unknown profile 'pentium'; known: max, a72");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/nearest/names", test_names);
	g_test_add_func("/nearest/long", test_long);
	g_test_add_func("/nearest/messages", test_messages);
	return g_test_run();
}
