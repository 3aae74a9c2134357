/*
 * Locks: one has it at a time, who waits is told so once, can be cancelled, and is not fooled by a
 * file that the one before has removed.
 */
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/lock.h"
#include "tree.h"

typedef struct {
	gchar *path;
	GCancellable *cancellable;
	gint waits;
	int file;
	GError *error;
} Waiter;

static void count(gpointer data)
{
	Waiter *waiter = data;

	g_atomic_int_inc(&waiter->waits);
}

static gpointer wait_for_it(gpointer data)
{
	Waiter *waiter = data;

	waiter->file = lock_take(waiter->path, count, waiter, waiter->cancellable, &waiter->error);
	return NULL;
}

/* A thread that has begun to wait. */
static GThread *start(Waiter *waiter)
{
	GThread *thread = g_thread_new("wait", wait_for_it, waiter);

	while (!g_atomic_int_get(&waiter->waits))
		g_usleep(1000);
	return thread;
}

static void test_try(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = g_build_filename(tree, "lock", NULL);
	int file = lock_try(path);

	g_assert_cmpint(file, >=, 0);
	g_assert_cmpint(lock_try(path), ==, -1);
	close(file);
	file = lock_take(path, NULL, NULL, NULL, NULL);
	g_assert_cmpint(file, >=, 0);
	close(file);
}

static void test_wait(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = g_build_filename(tree, "lock", NULL);
	Waiter waiter = {.path = path};
	int file = lock_try(path);
	GThread *thread = start(&waiter);

	g_usleep(G_USEC_PER_SEC / 4);
	close(file);
	g_thread_join(thread);
	g_assert_cmpint(waiter.file, >=, 0);
	g_assert_cmpint(waiter.waits, ==, 1);
	g_assert_cmpint(lock_try(path), ==, -1);
	close(waiter.file);
}

static void test_cancel(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = g_build_filename(tree, "lock", NULL);
	g_autoptr(GCancellable) cancellable = g_cancellable_new();
	Waiter waiter = {.path = path, .cancellable = cancellable};
	int file = lock_try(path);
	GThread *thread = start(&waiter);

	g_cancellable_cancel(cancellable);
	g_thread_join(thread);
	g_assert_cmpint(waiter.file, ==, -1);
	g_assert_error(waiter.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
	g_clear_error(&waiter.error);
	close(file);
}

static void test_removed(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = g_build_filename(tree, "lock", NULL);
	Waiter waiter = {.path = path};
	int file = lock_try(path);
	GThread *thread = start(&waiter);

	g_assert_cmpint(unlink(path), ==, 0);
	close(file);
	g_thread_join(thread);
	g_assert_cmpint(waiter.file, >=, 0);
	g_assert_cmpint(lock_try(path), ==, -1);
	close(waiter.file);
}

static void test_errors(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = g_build_filename(tree, "none", "lock", NULL);
	g_autoptr(GError) error = NULL;

	g_assert_cmpint(lock_take(path, NULL, NULL, NULL, &error), ==, -1);
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG);
	g_assert_nonnull(strstr(error->message, path));
	g_assert_cmpint(lock_try(path), ==, -1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/lock/try", test_try);
	g_test_add_func("/lock/wait", test_wait);
	g_test_add_func("/lock/cancel", test_cancel);
	g_test_add_func("/lock/removed", test_removed);
	g_test_add_func("/lock/errors", test_errors);
	return g_test_run();
}
