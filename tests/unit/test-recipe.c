/*
 * Recipes: what is refused in one, and that ours load.
 */
#include <string.h>

#include "base/error.h"
#include "model/recipe.h"
#include "tree.h"

#define HEAD "name: r\ndescription: d\nsources: [s]\n"
#define REST "suite: bookworm\npackages: [bash]\nkernel: linux-image-cloud-arm64\n"

static void refused(const gchar *text, const gchar *message)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = tree_write(tree, "r.yaml", text, -1);
	g_autoptr(GError) error = NULL;

	g_assert_null(recipe_load(path, &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE);
	if (!strstr(error->message, message))
		g_error("%s", error->message);
}

static void test_refused(void)
{
	refused(HEAD "suite: bookworm\n", "Missing required mapping field: packages");
	refused(HEAD REST "page: 4\nsize: 1024\nkernal: x\n",
		"r.yaml:9: unknown key 'kernal'; did you mean 'kernel'?");
	refused(HEAD REST "page: 4\nsize: 1G\n", "r.yaml:8: size: '1G' is not a whole number");
	refused(HEAD REST "page: 8\nsize: 1024\n", "page: 8 is none of 4, 16 and 64 (KiB)");
	refused(HEAD REST "page: 4\nsize: 1\n", "size: 1 is not from 64 to 1048576 (MiB)");
	refused(HEAD REST "page: 4\nsize: 4294967295\n", "is not from 64 to 1048576 (MiB)");
	refused(HEAD "suite: bookworm\npackages: []\nkernel: k\npage: 4\nsize: 64\n",
		"r.yaml:5: Insufficient entries (0 of 1 min) in sequence.");
	refused("name: q\ndescription: d\nsources: [s]\n" REST "page: 4\nsize: 64\n",
		"it names 'q', so its file must be called 'q.yaml'");
}

/* They become words of commands, and names of folders. */
static void test_names(void)
{
	static const gchar *const odd[] = {"-x",  "a,b",  "a b",   "?any", "a=1",
					   "a/b", "Bash", "b\\nc", "../r", "'$(id)'"};

	for (guint i = 0; i < G_N_ELEMENTS(odd); i++) {
		g_autofree gchar *package = g_strdup_printf(
			HEAD "suite: bookworm\npackages: [bash, \"%s\"]\nkernel: k\n"
			     "page: 4\nsize: 64\n",
			odd[i]);
		g_autofree gchar *suite =
			g_strdup_printf(HEAD "suite: \"%s\"\npackages: [bash]\nkernel: k\n"
					     "page: 4\nsize: 64\n",
					odd[i]);

		refused(package, "is no name of a package");
		refused(suite, "is no name of Debian's");
	}
	refused("name: ../r\ndescription: d\nsources: [s]\n" REST "page: 4\nsize: 64\n",
		"name: '../r' is not made of letters");
	refused("name: .r\ndescription: d\nsources: [s]\n" REST "page: 4\nsize: 64\n",
		"name: '.r' is not made of letters");
}

static void test_ours(void)
{
	static const gchar *const folders[] = {"images", NULL};
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) recipes = recipes_load(folders, &error);

	g_assert_no_error(error);
	g_assert_cmpuint(recipe_find(recipes, "debian-12", NULL)->page, ==, 4);
	g_assert_cmpuint(recipe_find(recipes, "debian-12-16k", NULL)->page, ==, 16);
	g_assert_null(recipe_find(recipes, "debian12", &error));
	g_assert_cmpstr(error->message, ==, "unknown image 'debian12'; did you mean 'debian-12'?");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/recipe/refused", test_refused);
	g_test_add_func("/recipe/names", test_names);
	g_test_add_func("/recipe/ours", test_ours);
	return g_test_run();
}
