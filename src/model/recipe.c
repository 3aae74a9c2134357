#include "model/recipe.h"

#include <string.h>

#include "model/folder.h"
#include "model/manifest.h"

enum { LEAST_SIZE = 64, GREATEST_SIZE = 1 << 20 };

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

static const cyaml_schema_field_t fields[] = {
	CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, Recipe, name, 1, CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("description", CYAML_FLAG_POINTER, Recipe, description, 1,
			       CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("suite", CYAML_FLAG_POINTER, Recipe, suite, 1, CYAML_UNLIMITED),
	CYAML_FIELD_SEQUENCE("packages", CYAML_FLAG_POINTER, Recipe, packages, &manifest_string, 1,
			     CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("kernel", CYAML_FLAG_POINTER, Recipe, kernel, 1, CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("kernel_suite", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, Recipe,
			       kernel_suite, 1, CYAML_UNLIMITED),
	CYAML_FIELD_UINT("page", CYAML_FLAG_DEFAULT, Recipe, page),
	CYAML_FIELD_UINT("size", CYAML_FLAG_DEFAULT, Recipe, size),
	CYAML_FIELD_SEQUENCE("sources", CYAML_FLAG_POINTER, Recipe, sources, &manifest_string, 1,
			     CYAML_UNLIMITED),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, Recipe, fields),
};

/* Debian's names of packages and suites. What else apt takes (a pattern, a version, an option) is
 * none of a recipe's business. */
static gboolean is_debian_name(const gchar *name)
{
	return strspn(name, LOWER DIGITS) > 0 && !name[strspn(name, LOWER DIGITS "+.-")];
}

/* An image's name is that of its folder, and a word of the command line. */
static gboolean is_folder_name(const gchar *name)
{
	return g_ascii_isalnum(*name) &&
	       strspn(name, LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS "+._-") == strlen(name) &&
	       strlen(name) <= 64;
}

static gboolean check_names(const Recipe *recipe, const gchar *path, GError **error)
{
	const gchar *const single[] = {recipe->suite, recipe->kernel,
				       recipe->kernel_suite ? recipe->kernel_suite : recipe->suite};
	static const gchar *const keys[] = {"suite", "kernel", "kernel_suite"};

	for (guint i = 0; i < G_N_ELEMENTS(single); i++)
		if (!is_debian_name(single[i])) {
			manifest_refuse(error, path, "%s: '%s' is no name of Debian's", keys[i],
					single[i]);
			return FALSE;
		}
	for (guint i = 0; i < recipe->packages_count; i++)
		if (!is_debian_name(recipe->packages[i])) {
			manifest_refuse(error, path, "packages: '%s' is no name of a package",
					recipe->packages[i]);
			return FALSE;
		}
	return TRUE;
}

static gboolean check(const Recipe *recipe, const gchar *path, GError **error)
{
	if (!is_folder_name(recipe->name))
		manifest_refuse(error, path,
				"name: '%s' is not made of letters, digits and + . _ - alone, "
				"64 at most, a letter or digit first",
				recipe->name);
	else if (recipe->page != 4 && recipe->page != 16 && recipe->page != 64)
		manifest_refuse(error, path, "page: %u is none of 4, 16 and 64 (KiB)",
				recipe->page);
	else if (recipe->size < LEAST_SIZE || recipe->size > GREATEST_SIZE)
		manifest_refuse(error, path, "size: %u is not from %d to %d (MiB)", recipe->size,
				LEAST_SIZE, GREATEST_SIZE);
	else
		return check_names(recipe, path, error) &&
		       folder_name_fits(path, recipe->name, error);
	return FALSE;
}

Recipe *recipe_load(const gchar *path, GError **error)
{
	g_autoptr(Recipe) recipe = manifest_load(path, &schema, error);

	if (!recipe || !check(recipe, path, error))
		return NULL;
	return g_steal_pointer(&recipe);
}

void recipe_free(Recipe *recipe)
{
	manifest_free(&schema, recipe);
}

static gpointer load(const gchar *path, GError **error)
{
	return recipe_load(path, error);
}

static const gchar *name_of(gconstpointer recipe)
{
	return ((const Recipe *)recipe)->name;
}

GPtrArray *recipes_load(const gchar *const *folders, GError **error)
{
	return folder_load(folders, load, name_of, (GDestroyNotify)recipe_free, error);
}

const Recipe *recipe_find(const GPtrArray *recipes, const gchar *name, GError **error)
{
	return folder_find(recipes, "image", name_of, name, error);
}
