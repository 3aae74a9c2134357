/*
 * a64rig-guard, the real program: when the rig is gone, however that came about, so are the
 * processes that name its folder, and the folder; all else stays.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tree.h"

/* Mode 000 is no hindrance to root. */
#define NOBODY 65534

/* Built beside the command, two folders above this test. */
static gchar *guard;

static int ended(pid_t pid)
{
	int status;

	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	return status;
}

static gboolean lives(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == 0;
}

/* Waits for someone to write to the fifo, which nobody does. Its command line names the fifo. */
static pid_t start_waiter(const gchar *fifo)
{
	const gchar *argv[] = {"cat", fifo, NULL};
	g_autoptr(GError) error = NULL;
	GPid pid;

	if (mkfifo(fifo, 0600))
		g_error("no fifo '%s'", fifo);
	g_spawn_async(NULL, (gchar **)argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD,
		      NULL, NULL, &pid, &error);
	g_assert_no_error(error);
	return pid;
}

static void end_waiter(pid_t pid)
{
	g_assert_true(lives(pid));
	kill(pid, SIGKILL);
	ended(pid);
}

/* rig: the end of the socket that is the guard's; -1: it has none. */
static pid_t start_guard(const gchar *folder, int rig, uid_t user)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), 2);
	if (rig < 0)
		close(3);
	else if (rig == 3)
		fcntl(3, F_SETFD, 0);
	else
		dup2(rig, 3);
	if (user && (setgid(user) || setuid(user)))
		_exit(126);
	execl(guard, guard, folder, NULL);
	_exit(127);
}

static void connect_ends(int *ends)
{
	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
}

static void test_hang_up(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *folder = tree_folder(tree, "a64rig-folder");
	g_autofree gchar *beside = tree_folder(tree, "beside");
	g_autofree gchar *inside = g_build_filename(folder, "fifo", NULL);
	g_autofree gchar *second = g_build_filename(folder, "second", NULL);
	g_autofree gchar *outside = g_build_filename(beside, "fifo", NULL);
	pid_t victims[2], other, pid;
	int ends[2];

	connect_ends(ends);
	pid = start_guard(folder, ends[1], 0);
	close(ends[1]);
	victims[0] = start_waiter(inside);
	victims[1] = start_waiter(second);
	other = start_waiter(outside);
	g_assert_true(lives(pid));
	g_assert_true(lives(victims[0]));
	close(ends[0]);
	g_assert_cmpint(ended(pid), ==, 0);
	g_assert_cmpint(WTERMSIG(ended(victims[0])), ==, SIGKILL);
	g_assert_cmpint(WTERMSIG(ended(victims[1])), ==, SIGKILL);
	g_assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
	g_assert_true(g_file_test(outside, G_FILE_TEST_EXISTS));
	end_waiter(other);
}

/* As if by the kernel, for want of memory. */
static void test_rig_killed(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *folder = tree_folder(tree, "a64rig-folder");
	g_autofree gchar *fifo = g_build_filename(folder, "fifo", NULL);
	pid_t rig, pid, victim;
	int ends[2];

	connect_ends(ends);
	pid = start_guard(folder, ends[1], 0);
	close(ends[1]);
	rig = fork();
	if (!rig) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(1);
	}
	close(ends[0]);
	victim = start_waiter(fifo);
	g_assert_true(lives(pid));
	kill(rig, SIGKILL);
	ended(rig);
	g_assert_cmpint(ended(pid), ==, 0);
	g_assert_cmpint(WTERMSIG(ended(victim)), ==, SIGKILL);
	g_assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
}

/* Links are removed, not followed. */
static void test_folder(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *precious = tree_write(tree, "precious/file", "x", 1);
	g_autofree gchar *deep = tree_write(tree, "folder/a/b/c/file", "x", 1);
	g_autofree gchar *folder = tree_folder(tree, "folder");
	g_autofree gchar *link = g_build_filename(folder, "a", "link", NULL);
	g_autofree gchar *dangling = g_build_filename(folder, "dangling", NULL);
	int ends[2];
	pid_t pid;

	g_assert_cmpint(symlink("../../precious", link), ==, 0);
	g_assert_cmpint(symlink("/no/such", dangling), ==, 0);
	connect_ends(ends);
	pid = start_guard(folder, ends[1], 0);
	close(ends[1]);
	close(ends[0]);
	g_assert_cmpint(ended(pid), ==, 0);
	g_assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
	g_assert_true(g_file_test(precious, G_FILE_TEST_EXISTS));
}

/* It does not try for ever to kill what it must not. */
static void test_other_user(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *folder = tree_folder(tree, "folder");
	g_autofree gchar *fifo = g_build_filename(folder, "fifo", NULL);
	pid_t pid, other;
	int ends[2];

	if (geteuid() != 0) {
		g_test_skip("only root can become another user");
		return;
	}
	other = start_waiter(fifo);
	connect_ends(ends);
	pid = start_guard(folder, ends[1], NOBODY);
	close(ends[1]);
	close(ends[0]);
	g_assert_cmpint(ended(pid), ==, 0);
	end_waiter(other);
}

/* Started by hand it touches nothing. */
static void test_no_rig(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *file = tree_write(tree, "folder/file", "x", 1);
	g_autofree gchar *folder = g_path_get_dirname(file);

	g_assert_cmpint(WEXITSTATUS(ended(start_guard(folder, -1, 0))), ==, 2);
	g_assert_true(g_file_test(file, G_FILE_TEST_EXISTS));
}

static void test_usage(void)
{
	int ends[2];

	connect_ends(ends);
	g_assert_cmpint(WEXITSTATUS(ended(start_guard("folder", ends[1], 0))), ==, 2);
	g_assert_cmpint(WEXITSTATUS(ended(start_guard("", ends[1], 0))), ==, 2);
	g_assert_cmpint(WEXITSTATUS(ended(start_guard(NULL, ends[1], 0))), ==, 2);
	close(ends[0]);
	close(ends[1]);
}

int main(int argc, char **argv)
{
	g_autofree gchar *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree gchar *folder = g_path_get_dirname(self);
	int status;

	g_test_init(&argc, &argv, NULL);
	guard = g_build_filename(folder, "..", "..", "a64rig-guard", NULL);
	g_test_add_func("/guard/hang-up", test_hang_up);
	g_test_add_func("/guard/rig-killed", test_rig_killed);
	g_test_add_func("/guard/folder", test_folder);
	g_test_add_func("/guard/other-user", test_other_user);
	g_test_add_func("/guard/no-rig", test_no_rig);
	g_test_add_func("/guard/usage", test_usage);
	status = g_test_run();
	g_free(guard);
	return status;
}
