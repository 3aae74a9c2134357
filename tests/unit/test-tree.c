/*
 * Removing folders: what stands in the way, and what is not to be touched. What a program may make
 * of its own folder is in test-scratch.c.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/tree.h"
#include "tree.h"

static gboolean is_there(const gchar *path)
{
	struct stat status;

	return lstat(path, &status) == 0;
}

static void test_file(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *file = tree_write(tree, "file", "x", 1);

	tree_remove(file);
	g_assert_false(is_there(file));
	tree_remove(file);
	g_assert_true(is_there(tree));
}

static void test_link_to_folder(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *file = tree_write(tree, "folder/file", "x", 1);
	g_autofree gchar *link = g_build_filename(tree, "link", NULL);

	g_assert_cmpint(symlink("folder", link), ==, 0);
	tree_remove(link);
	g_assert_false(is_there(link));
	g_assert_true(is_there(file));
}

/* Folders within folders are moved on the way; no name that a program gives keeps one in. */
static void test_taken_name(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *folder = tree_folder(tree, "folder");
	g_autofree gchar *file = tree_write(tree, "folder/inner/file", "x", 1);
	g_autofree gchar *inner = g_path_get_dirname(file);
	g_autofree gchar *number = NULL;
	g_autofree gchar *outer = NULL;
	g_autofree gchar *moved = NULL;
	struct stat status;

	g_assert_cmpint(stat(inner, &status), ==, 0);
	number = g_strdup_printf(".%llu", (unsigned long long)status.st_ino);
	outer = tree_folder(folder, number);
	moved = g_build_filename(outer, "inner", NULL);
	g_assert_cmpint(rename(inner, moved), ==, 0);
	tree_remove(folder);
	g_assert_false(is_there(folder));
}

static void test_beside(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *beside = tree_write(tree, "folder-beside/file", "x", 1);
	g_autofree gchar *folder = tree_folder(tree, "folder");

	for (guint i = 0; i < 300; i++) {
		g_autofree gchar *name = g_strdup_printf("%u/%u/%u/file", i % 3, i % 7, i);

		g_free(tree_write(folder, name, "x", 1));
	}
	tree_remove(folder);
	g_assert_false(is_there(folder));
	g_assert_true(is_there(beside));
}

static gboolean has(const gchar *folder, const gchar *name)
{
	g_autofree gchar *path = g_build_filename(folder, name, NULL);

	return is_there(path);
}

static void test_replace(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *first = tree_write(tree, "new/first", "x", 1);
	g_autofree gchar *new = g_build_filename(tree, "new", NULL);
	g_autofree gchar *place = g_build_filename(tree, "place", NULL);
	g_autofree gchar *second = NULL;
	g_autoptr(GError) error = NULL;

	g_assert_true(tree_replace(new, place, NULL));
	g_assert_true(has(place, "first") && !is_there(new));
	second = tree_write(tree, "new/second", "x", 1);
	g_assert_true(tree_replace(new, place, NULL));
	g_assert_true(has(place, "second") && !has(place, "first") && has(new, "first"));
	tree_remove(new);
	g_assert_false(tree_replace(new, place, &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG);
	g_assert_true(has(place, "second"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/tree/file", test_file);
	g_test_add_func("/tree/link-to-folder", test_link_to_folder);
	g_test_add_func("/tree/taken-name", test_taken_name);
	g_test_add_func("/tree/beside", test_beside);
	g_test_add_func("/tree/replace", test_replace);
	return g_test_run();
}
