/*
 * Scratch folders: what a dead rig left goes, what another rig holds or a user wanted stays, and
 * whatever a program made of its folder can be removed.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/tree.h"
#include "run/scratch.h"
#include "tree.h"

/* Mode 000 is no hindrance to root. */
#define NOBODY 65534

static gboolean is_there(const gchar *tree, const gchar *name)
{
	g_autofree gchar *path = g_build_filename(tree, name, NULL);
	struct stat status;

	return lstat(path, &status) == 0;
}

static Scratch *made(const gchar *runs)
{
	g_autoptr(GError) error = NULL;
	Scratch *scratch = scratch_new(runs, &error);

	g_assert_no_error(error);
	return scratch;
}

static void test_life(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *runs = g_build_filename(tree, "cache/runs", NULL);
	Scratch *scratch = made(runs);
	g_autofree gchar *path = g_strdup(scratch->path);
	g_autofree gchar *folder = scratch_folder(scratch, "suite/case.lib x.so", NULL);
	g_autoptr(GError) error = NULL;

	g_assert_true(g_str_has_suffix(folder, "/suite_case.lib_x.so"));
	g_assert_true(g_file_test(folder, G_FILE_TEST_IS_DIR));
	g_assert_null(scratch_folder(scratch, "suite/case.lib x.so", &error));
	g_assert_nonnull(error);
	scratch_free(scratch);
	g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void test_keep(void)
{
	g_autoptr(Tree) tree = tree_new();
	Scratch *scratch = made(tree);
	g_autofree gchar *path = g_strdup(scratch->path);

	scratch->keep = TRUE;
	scratch_free(scratch);
	scratch_free(made(tree));
	g_assert_true(g_file_test(path, G_FILE_TEST_IS_DIR));
}

static void test_left_are_few(void)
{
	static const gchar *const names[] = {"1", "2", "3", "4", "5", "6", "7"};
	g_autoptr(Tree) tree = tree_new();

	/* This one the user asked for. */
	g_free(tree_write(tree, "0/kept", "", 0));
	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree gchar *mark = g_build_filename(names[i], "left", NULL);

		g_free(tree_write(tree, mark, "", 0));
	}
	scratch_free(made(tree));
	g_assert_false(is_there(tree, "1"));
	g_assert_false(is_there(tree, "2"));
	g_assert_true(is_there(tree, "3"));
	g_assert_true(is_there(tree, "7"));
	g_assert_true(is_there(tree, "0"));
}

static void test_stale(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *held = tree_write(tree, "held/lock", "", 0);
	int lock = open(held, O_RDWR | O_CLOEXEC);

	g_assert_cmpint(flock(lock, LOCK_EX | LOCK_NB), ==, 0);
	g_free(tree_write(tree, "dead/lock", "", 0));
	g_free(tree_write(tree, "dead/run/home/core", "core", 4));
	g_free(tree_write(tree, "unlocked/file", "", 0));
	scratch_free(made(tree));
	g_assert_false(is_there(tree, "dead"));
	g_assert_false(is_there(tree, "unlocked"));
	g_assert_true(is_there(tree, "held/lock"));
	close(lock);
	scratch_free(made(tree));
	g_assert_false(is_there(tree, "held"));
}

static void test_links(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *precious = tree_write(tree, "precious/file", "x", 1);
	g_autofree gchar *outside = g_path_get_dirname(precious);
	g_autofree gchar *folder = tree_folder(tree, "folder");
	g_autofree gchar *link = g_build_filename(folder, "link", NULL);
	g_autofree gchar *dangling = g_build_filename(folder, "dangling", NULL);
	g_autofree gchar *file = g_build_filename(folder, "to-file", NULL);
	g_autofree gchar *fifo = g_build_filename(folder, "fifo", NULL);

	g_assert_cmpint(chmod(outside, 0500), ==, 0);
	g_assert_cmpint(symlink(outside, link), ==, 0);
	g_assert_cmpint(symlink(precious, file), ==, 0);
	g_assert_cmpint(symlink("/no/such", dangling), ==, 0);
	g_assert_cmpint(mkfifo(fifo, 0), ==, 0);
	tree_remove(folder);
	g_assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
	g_assert_true(g_file_test(precious, G_FILE_TEST_IS_REGULAR));
	tree_remove(link);
}

/* As an ordinary user, in a process of its own. */
static void remove_closed(const gchar *folder)
{
	g_autofree gchar *file = tree_write(folder, "gone/a/b/file", "", 0);
	g_autofree gchar *b = g_path_get_dirname(file);
	g_autofree gchar *a = g_path_get_dirname(b);
	g_autofree gchar *gone = g_path_get_dirname(a);

	chmod(b, 0);
	chmod(a, 0500);
	chmod(gone, 0);
	tree_remove(gone);
	_exit(g_file_test(gone, G_FILE_TEST_EXISTS) ? 1 : 0);
}

static void test_closed_folders(void)
{
	g_autoptr(Tree) tree = tree_new();
	pid_t pid;
	int status;

	chmod(tree, 0777);
	pid = fork();
	if (!pid) {
		if (geteuid() == 0 && (setgid(NOBODY) || setuid(NOBODY)))
			_exit(2);
		remove_closed(tree);
	}
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	g_assert_cmpint(status, ==, 0);
}

/* Deeper than any path can say. */
static void test_deep(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *folder = tree_folder(tree, "folder");
	int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (guint i = 0; i < 2000; i++) {
		int below;

		g_assert_cmpint(mkdirat(at, "a-folder-with-a-name", 0700), ==, 0);
		below = openat(at, "a-folder-with-a-name", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		g_assert_cmpint(below, >=, 0);
		close(at);
		at = below;
	}
	close(openat(at, "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	close(at);
	tree_remove(folder);
	g_assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
}

static gpointer make_one(gpointer runs)
{
	for (guint i = 0; i < 20; i++) {
		Scratch *scratch = made(runs);
		g_autofree gchar *folder = scratch_folder(scratch, "run", NULL);

		g_assert_nonnull(folder);
		g_assert_true(g_file_test(folder, G_FILE_TEST_IS_DIR));
		scratch_free(scratch);
	}
	return NULL;
}

/* Rigs that start at once do not take each other for dead. */
static void test_at_once(void)
{
	g_autoptr(Tree) tree = tree_new();
	pid_t pids[6];

	for (guint i = 0; i < G_N_ELEMENTS(pids); i++) {
		pids[i] = fork();
		if (!pids[i]) {
			make_one(tree);
			_exit(0);
		}
	}
	for (guint i = 0; i < G_N_ELEMENTS(pids); i++) {
		int status;

		g_assert_cmpint(waitpid(pids[i], &status, 0), ==, pids[i]);
		g_assert_cmpint(status, ==, 0);
	}
}

static void test_unwritable(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *file = tree_write(tree, "file", "", 0);
	g_autofree gchar *runs = g_build_filename(file, "runs", NULL);
	g_autoptr(GError) error = NULL;

	g_assert_null(scratch_new(runs, &error));
	g_assert_nonnull(strstr(error->message, runs));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/scratch/life", test_life);
	g_test_add_func("/scratch/keep", test_keep);
	g_test_add_func("/scratch/left-are-few", test_left_are_few);
	g_test_add_func("/scratch/stale", test_stale);
	g_test_add_func("/scratch/links", test_links);
	g_test_add_func("/scratch/closed-folders", test_closed_folders);
	g_test_add_func("/scratch/deep", test_deep);
	g_test_add_func("/scratch/at-once", test_at_once);
	g_test_add_func("/scratch/unwritable", test_unwritable);
	return g_test_run();
}
