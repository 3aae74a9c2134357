#include "run/addon.h"

#include <string.h>

#include "base/error.h"
#include "run/library.h"

enum { DEPTH = 8 }; /* of folders */

typedef struct {
	const gchar *sysroot;
	GPtrArray *fit; /* paths */
	GString *unfit; /* why each of the others is not */
	guint top;      /* length of the folder's own path, and a slash */
} Search;

/* The reason without the path that it starts with, which is a long one. */
static void add_unfit(Search *search, const gchar *path, const gchar *why)
{
	if (g_str_has_prefix(why, path))
		why += strlen(path);
	g_string_append_printf(search->unfit, "\n  %s%s%s", path + search->top,
			       *why == ' ' || *why == ':' ? "" : ": ", why);
}

static void consider(Search *search, const gchar *path)
{
	g_autoptr(GError) why = NULL;
	g_auto(GStrv) files = library_files(path, search->sysroot, "glibc", &why);

	if (files)
		g_ptr_array_add(search->fit, g_strdup(path));
	else
		add_unfit(search, path, why->message);
}

static void look(Search *search, const gchar *folder, guint depth)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const gchar *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree gchar *path = g_build_filename(folder, name, NULL);

		if (g_file_test(path, G_FILE_TEST_IS_SYMLINK))
			continue;
		if (g_str_has_suffix(name, ".node"))
			consider(search, path);
		else if (depth < DEPTH && g_file_test(path, G_FILE_TEST_IS_DIR))
			look(search, path, depth + 1);
	}
}

gchar *addon_of(const gchar *folder, const gchar *name, const gchar *sysroot, GError **error)
{
	g_autoptr(GPtrArray) fit = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GString) unfit = g_string_new(NULL);
	Search search = {sysroot, fit, unfit, (guint)strlen(folder) + 1};

	look(&search, folder, 0);
	if (fit->len == 1)
		return g_ptr_array_steal_index(fit, 0);
	if (!fit->len && !unfit->len)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "%s has no addon: no file in it ends in .node; packages with prebuilt "
			    "ones have names that end in -linux-arm64-gnu",
			    name);
	else if (!fit->len)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "%s has no addon for arm64 Linux with glibc:%s", name, unfit->str);
	else
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "%s has %u addons for arm64; name one of them by its path: %s, %s...",
			    name, fit->len, (gchar *)g_ptr_array_index(fit, 0),
			    (gchar *)g_ptr_array_index(fit, 1));
	return NULL;
}
