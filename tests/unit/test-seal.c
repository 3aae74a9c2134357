/*
 * Seals: what is changed does not hold, whatever its times say, and what is only touched does.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/seal.h"
#include "tree.h"

enum { MIB = 1 << 20 };

static gchar *sealed(const Tree *tree, const gchar *text)
{
	g_autoptr(GError) error = NULL;
	gchar *path = tree_write(tree, "file", text, -1);

	seal_write(path, &error);
	g_assert_no_error(error);
	g_assert_true(seal_holds(path));
	return path;
}

static void put(const gchar *path, const gchar *text, off_t at)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);

	g_assert_cmpint(pwrite(file, text, strlen(text), at), ==, strlen(text));
	close(file);
}

/* As whoever wants to hide a change would. */
static void keep_times(const gchar *path, const struct stat *status)
{
	const struct timespec times[] = {status->st_atim, status->st_mtim};

	g_assert_cmpint(utimensat(AT_FDCWD, path, times, 0), ==, 0);
}

static void test_changed(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = sealed(tree, "content");
	struct stat status;

	g_assert_cmpint(stat(path, &status), ==, 0);
	put(path, "C", 0);
	keep_times(path, &status);
	g_assert_false(seal_holds(path));
	put(path, "c", 0);
	g_assert_true(seal_holds(path));
	put(path, "!", 7);
	g_assert_false(seal_holds(path));
	g_assert_cmpint(truncate(path, 6), ==, 0);
	g_assert_false(seal_holds(path));
}

/* A copy has another inode and other times. */
static void test_replaced(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = sealed(tree, "content");

	g_assert_true(g_file_set_contents(path, "content", -1, NULL));
	g_assert_true(seal_holds(path));
	g_assert_true(g_file_set_contents(path, "CONTENT", -1, NULL));
	g_assert_false(seal_holds(path));
}

static void test_touched(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = sealed(tree, "content");
	g_autofree gchar *seal = g_strconcat(path, ".seal", NULL);
	g_autofree gchar *before = NULL;
	g_autofree gchar *after = NULL;
	const struct timespec times[] = {{.tv_sec = 1}, {.tv_sec = 1}};

	g_assert_true(g_file_get_contents(seal, &before, NULL, NULL));
	g_assert_cmpint(utimensat(AT_FDCWD, path, times, 0), ==, 0);
	g_assert_true(seal_holds(path));
	g_assert_true(g_file_get_contents(seal, &after, NULL, NULL));
	g_assert_cmpstr(before, !=, after);
	g_assert_cmpstr(strchr(before, '\n'), ==, strchr(after, '\n'));
}

static void test_missing(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = sealed(tree, "content");
	g_autofree gchar *seal = g_strconcat(path, ".seal", NULL);

	g_assert_cmpint(unlink(path), ==, 0);
	g_assert_false(seal_holds(path));
	g_assert_true(g_file_set_contents(path, "content", -1, NULL));
	g_assert_true(seal_holds(path));
	g_assert_cmpint(unlink(seal), ==, 0);
	g_assert_false(seal_holds(path));
}

/* All below it counts: content, names, links. */
static void test_folder(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *folder = tree_folder(tree, "folder");
	g_autofree gchar *file = tree_write(tree, "folder/a/b", "content", -1);
	g_autofree gchar *more = g_build_filename(folder, "more", NULL);

	g_assert_true(seal_write(folder, NULL));
	g_assert_true(seal_holds(folder));
	g_assert_true(g_file_set_contents(file, "CONTENT", -1, NULL));
	g_assert_false(seal_holds(folder));
	g_assert_true(g_file_set_contents(file, "content", -1, NULL));
	g_assert_true(seal_holds(folder));
	g_assert_cmpint(symlink("a", more), ==, 0);
	g_assert_false(seal_holds(folder));
	g_assert_cmpint(unlink(more), ==, 0);
	g_assert_true(seal_holds(folder));
	g_assert_cmpint(unlink(file), ==, 0);
	g_assert_false(seal_holds(folder));
}

static void test_damaged_seal(void)
{
	static const gchar *const texts[] = {"", "\n", "\n\n", "7", "7 1 1 1\nabc\n", "\xff\xfe"};
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = sealed(tree, "content");
	g_autofree gchar *seal = g_strconcat(path, ".seal", NULL);
	g_autofree gchar *whole = NULL;

	g_assert_true(g_file_get_contents(seal, &whole, NULL, NULL));
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_assert_true(g_file_set_contents(seal, texts[i], -1, NULL));
		g_assert_false(seal_holds(path));
	}
	g_assert_true(g_file_set_contents(seal, whole, strchr(whole, '\n') - whole, NULL));
	g_assert_false(seal_holds(path));
}

static void test_empty(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = sealed(tree, "");

	put(path, "x", 0);
	g_assert_false(seal_holds(path));
}

/* Larger than what is read at once. */
static void test_large(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *text = g_strnfill(MIB, 'x');
	g_autofree gchar *path = sealed(tree, text);

	put(path, "y", MIB - 1);
	g_assert_false(seal_holds(path));
	put(path, "x", MIB - 1);
	g_assert_true(seal_holds(path));
	put(path, "y", MIB / 2);
	g_assert_false(seal_holds(path));
}

static gboolean has_holes(const gchar *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	off_t hole = lseek(file, 0, SEEK_HOLE);

	close(file);
	return hole < MIB;
}

/* A word at the start, and a hole up to a MiB. */
static gchar *sparse(const Tree *tree)
{
	g_autoptr(GError) error = NULL;
	gchar *path = tree_write(tree, "sparse", "word", -1);

	g_assert_cmpint(truncate(path, MIB), ==, 0);
	seal_write(path, &error);
	g_assert_no_error(error);
	return path;
}

static void test_hole_size(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = sparse(tree);

	g_assert_true(seal_holds(path));
	g_assert_cmpint(truncate(path, 2 * MIB), ==, 0);
	g_assert_false(seal_holds(path));
	g_assert_cmpint(truncate(path, MIB / 2), ==, 0);
	g_assert_false(seal_holds(path));
	g_assert_cmpint(truncate(path, MIB), ==, 0);
	g_assert_true(seal_holds(path));
}

static void test_hole_filled(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = sparse(tree);

	if (!has_holes(path)) {
		g_test_skip("the file system of the temporary folder has no holes");
		return;
	}
	put(path, "word", MIB / 2);
	g_assert_false(seal_holds(path));
}

static void test_errors(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *missing = g_build_filename(tree, "missing", NULL);
	g_autofree gchar *file = tree_write(tree, "file", "x", 1);
	g_autofree gchar *seal = tree_folder(tree, "file.seal");
	g_autoptr(GError) no_file = NULL;
	g_autoptr(GError) no_seal = NULL;

	g_assert_false(seal_write(missing, &no_file));
	g_assert_error(no_file, A64RIG_ERROR, A64RIG_ERROR_RIG);
	g_assert_nonnull(strstr(no_file->message, missing));
	g_assert_false(seal_write(file, &no_seal));
	g_assert_nonnull(no_seal);
	g_assert_false(seal_holds(file));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/seal/changed", test_changed);
	g_test_add_func("/seal/replaced", test_replaced);
	g_test_add_func("/seal/touched", test_touched);
	g_test_add_func("/seal/missing", test_missing);
	g_test_add_func("/seal/folder", test_folder);
	g_test_add_func("/seal/damaged-seal", test_damaged_seal);
	g_test_add_func("/seal/empty", test_empty);
	g_test_add_func("/seal/large", test_large);
	g_test_add_func("/seal/hole-size", test_hole_size);
	g_test_add_func("/seal/hole-filled", test_hole_filled);
	g_test_add_func("/seal/errors", test_errors);
	return g_test_run();
}
