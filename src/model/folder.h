/*
 * folder - a folder of manifests, NAME.yaml each, as an array sorted by name, 2.9 before 2.10.
 */
#ifndef MODEL_FOLDER_H
#define MODEL_FOLDER_H

#include <glib.h>

typedef gpointer (*FolderLoad)(const gchar *path, GError **error);
typedef const gchar *(*FolderName)(gconstpointer item);

/* Loads every *.yaml of the folders (NULL-terminated; one that is missing is passed over). An item
 * of a later folder replaces its namesake of an earlier one. NULL and error at the first file that
 * does not load. */
GPtrArray *folder_load(const gchar *const *folders, FolderLoad load, FolderName name,
		       GDestroyNotify destroy, GError **error);

/* The item of that name, borrowed; else error (usage) "unknown KIND 'NAME'; did you mean ...". */
gpointer folder_find(const GPtrArray *items, const gchar *kind, FolderName name_of,
		     const gchar *name, GError **error);

/* TRUE where the file is called as what it describes: NAME.yaml; else error (usage). */
gboolean folder_name_fits(const gchar *path, const gchar *name, GError **error);

#endif
