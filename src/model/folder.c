#include "model/folder.h"

#include <string.h>

#include "base/error.h"
#include "base/nearest.h"
#include "model/manifest.h"

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strverscmp(*(const gchar *const *)a, *(const gchar *const *)b);
}

/* Paths of the folder's manifests, sorted; empty for a missing folder. */
static GPtrArray *manifests(const gchar *folder)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const gchar *entry;

	while (dir && (entry = g_dir_read_name(dir)))
		if (g_str_has_suffix(entry, ".yaml") && *entry != '.')
			g_ptr_array_add(paths, g_build_filename(folder, entry, NULL));
	g_ptr_array_sort(paths, by_text);
	return paths;
}

static void put(GPtrArray *items, FolderName name, GDestroyNotify destroy, gpointer item)
{
	for (guint i = 0; i < items->len; i++)
		if (g_str_equal(name(items->pdata[i]), name(item))) {
			destroy(items->pdata[i]);
			items->pdata[i] = item;
			return;
		}
	g_ptr_array_add(items, item);
}

static gint by_name(gconstpointer a, gconstpointer b, gpointer name)
{
	FolderName name_of = (FolderName)name;

	return strverscmp(name_of(*(const gpointer *)a), name_of(*(const gpointer *)b));
}

GPtrArray *folder_load(const gchar *const *folders, FolderLoad load, FolderName name,
		       GDestroyNotify destroy, GError **error)
{
	g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(destroy);

	for (; *folders; folders++) {
		g_autoptr(GPtrArray) paths = manifests(*folders);

		for (guint i = 0; i < paths->len; i++) {
			gpointer item = load(g_ptr_array_index(paths, i), error);

			if (!item)
				return NULL;
			put(items, name, destroy, item);
		}
	}
	g_ptr_array_sort_with_data(items, by_name, (gpointer)name);
	return g_steal_pointer(&items);
}

gpointer folder_find(const GPtrArray *items, const gchar *kind, FolderName name_of,
		     const gchar *name, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree gchar *message = NULL;

	for (guint i = 0; i < items->len; i++) {
		if (g_str_equal(name_of(items->pdata[i]), name))
			return items->pdata[i];
		g_ptr_array_add(names, (gpointer)name_of(items->pdata[i]));
	}
	message = nearest_message(kind, name, names);
	g_set_error_literal(error, A64RIG_ERROR, A64RIG_ERROR_USAGE, message);
	return NULL;
}

gboolean folder_name_fits(const gchar *path, const gchar *name, GError **error)
{
	g_autofree gchar *base = g_path_get_basename(path);
	g_autofree gchar *wanted = g_strconcat(name, ".yaml", NULL);

	if (g_str_equal(base, wanted))
		return TRUE;
	manifest_refuse(error, path, "it names '%s', so its file must be called '%s'", name,
			wanted);
	return FALSE;
}
