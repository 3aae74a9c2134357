/*
 * recipe - what a guest image is made of: images/NAME.yaml.
 */
#ifndef MODEL_RECIPE_H
#define MODEL_RECIPE_H

#include <glib.h>

typedef struct {
	gchar *name;
	gchar *description;
	gchar *suite;     /* Debian's: "bookworm"; its updates and security fixes come with it */
	gchar **packages; /* what they need comes with them; packages_count of them */
	guint packages_count;
	gchar *kernel;       /* the package of the kernel */
	gchar *kernel_suite; /* another suite that it comes from, or NULL */
	guint page;          /* the kernel's page size, KiB: 4, 16 or 64 */
	guint size;          /* of the root disk, MiB */
	gchar **sources;     /* where these facts are from */
	guint sources_count;
} Recipe;

/* Error (usage) with file and line. */
Recipe *recipe_load(const gchar *path, GError **error);
void recipe_free(Recipe *recipe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Recipe, recipe_free)

/* As profiles_load(). An array of Recipe. */
GPtrArray *recipes_load(const gchar *const *folders, GError **error);

/* As profile_find(). */
const Recipe *recipe_find(const GPtrArray *recipes, const gchar *name, GError **error);

#endif
