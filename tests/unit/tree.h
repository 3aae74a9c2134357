/*
 * tree - a folder of its own for a test, with what the test puts there.
 */
#ifndef UNIT_TREE_H
#define UNIT_TREE_H

#include <glib/gstdio.h>

typedef gchar Tree; /* its path */

static inline Tree *tree_new(void)
{
	g_autoptr(GError) error = NULL;
	Tree *tree = g_dir_make_tmp("a64rig-test-XXXXXX", &error);

	g_assert_no_error(error);
	return tree;
}

static inline void tree_free(Tree *tree)
{
	const gchar *argv[] = {"rm", "-rf", tree, NULL};

	g_spawn_sync(NULL, (gchar **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
		     NULL);
	g_free(tree);
}

/* Makes the folder, with its parents. Caller frees its path. */
static inline gchar *tree_folder(const Tree *tree, const gchar *name)
{
	gchar *path = g_build_filename(tree, name, NULL);

	g_assert_cmpint(g_mkdir_with_parents(path, 0700), ==, 0);
	return path;
}

/* Writes the file, and makes its folder. Caller frees its path. */
static inline gchar *tree_write(const Tree *tree, const gchar *name, const gchar *text,
				gssize length)
{
	gchar *path = g_build_filename(tree, name, NULL);
	g_autofree gchar *folder = g_path_get_dirname(path);

	g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
	g_assert_true(g_file_set_contents(path, text, length, NULL));
	return path;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tree, tree_free)

#endif
