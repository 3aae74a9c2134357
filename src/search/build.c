#include "search/build.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/error.h"
#include "base/paths.h"
#include "base/tail.h"
#include "base/tree.h"
#include "search/git.h"

struct Builds {
	BuildRequest request;
	gchar *clone, *cmake, *meson;
	GAsyncQueue *trees; /* of gchar*: work trees that nobody uses */
};

static const gchar cmake_text[] = "set(CMAKE_SYSTEM_NAME Linux)\n"
				  "set(CMAKE_SYSTEM_PROCESSOR aarch64)\n"
				  "set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)\n"
				  "set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)\n"
				  "set(CMAKE_FIND_ROOT_PATH /usr/aarch64-linux-gnu)\n"
				  "set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)\n"
				  "set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)\n"
				  "set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)\n";

static const gchar meson_text[] = "[binaries]\n"
				  "c = 'aarch64-linux-gnu-gcc'\n"
				  "cpp = 'aarch64-linux-gnu-g++'\n"
				  "ar = 'aarch64-linux-gnu-ar'\n"
				  "strip = 'aarch64-linux-gnu-strip'\n"
				  "[host_machine]\n"
				  "system = 'linux'\n"
				  "cpu_family = 'aarch64'\n"
				  "cpu = 'cortex-a72'\n"
				  "endian = 'little'\n";

/* --- git --- */

static gboolean fail(GError **error, const gchar *what, const gchar *why)
{
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "%s: %s", what, why);
	return FALSE;
}

static gboolean git(const gchar *folder, const gchar *const *words, GError **error)
{
	g_autofree gchar *said = git_ask(folder, words, error);

	return said != NULL;
}

/* It gets its name when it is complete. The objects are the repository's own, so that what is new
 * there is here, too. */
static gboolean make_clone(Builds *self, GError **error)
{
	static const gchar *const top_words[] = {"rev-parse", "--show-toplevel", NULL};
	g_autofree gchar *top = git_ask(self->request.repository, top_words, NULL);
	g_autofree gchar *made = g_strconcat(self->clone, ".new", NULL);
	const gchar *const clone[] = {"clone",    "--quiet",
				      "--shared", "--no-checkout",
				      "--",       top ? top : self->request.repository,
				      made,       NULL};
	const gchar *const prune[] = {"worktree", "prune", NULL};

	if (g_file_test(self->clone, G_FILE_TEST_IS_DIR))
		return git(self->clone, prune, error);
	tree_remove(made);
	if (!git(self->request.folder, clone, error))
		return FALSE;
	return !g_rename(made, self->clone) || fail(error, self->clone, g_strerror(errno));
}

/* What a killed rig has left half is made anew. */
static gboolean add_tree(Builds *self, guint number, GError **error)
{
	g_autofree gchar *name = g_strdup_printf("tree-%u", number);
	gchar *tree = g_build_filename(self->request.folder, name, NULL);
	g_autofree gchar *link = g_build_filename(tree, ".git", NULL);
	g_autofree gchar *lock =
		g_build_filename(self->clone, ".git", "worktrees", name, "index.lock", NULL);
	const gchar *const add[] = {"worktree",      "add",      "--quiet", "--force",
				    "--no-checkout", "--detach", tree,      NULL};

	g_async_queue_push(self->trees, tree);
	g_remove(lock);
	if (g_file_test(link, G_FILE_TEST_EXISTS))
		return TRUE;
	tree_remove(tree);
	return git(self->clone, add, error);
}

static gboolean make_all(Builds *self, GError **error)
{
	if (g_mkdir_with_parents(self->request.folder, 0755))
		return fail(error, self->request.folder, g_strerror(errno));
	if (!g_file_set_contents(self->cmake, cmake_text, -1, error) ||
	    !g_file_set_contents(self->meson, meson_text, -1, error) || !make_clone(self, error))
		return FALSE;
	for (guint i = 0; i < self->request.jobs; i++)
		if (!add_tree(self, i, error))
			return FALSE;
	return TRUE;
}

Builds *builds_new(const BuildRequest *request, GError **error)
{
	g_autoptr(Builds) self = g_new0(Builds, 1);

	self->request = *request;
	self->trees = g_async_queue_new_full(g_free);
	self->clone = g_build_filename(request->folder, "clone", NULL);
	self->cmake = g_build_filename(request->folder, "arm64.cmake", NULL);
	self->meson = g_build_filename(request->folder, "arm64.meson", NULL);
	return make_all(self, error) ? g_steal_pointer(&self) : NULL;
}

void builds_free(Builds *self)
{
	if (!self)
		return;
	g_async_queue_unref(self->trees);
	g_free(self->clone);
	g_free(self->cmake);
	g_free(self->meson);
	g_free(self);
}

/* --- the command --- */

static void add(GPtrArray *argv, const gchar *word)
{
	g_ptr_array_add(argv, g_strdup(word));
}

static void add_bind(GPtrArray *argv, const gchar *how, const gchar *path)
{
	add(argv, how);
	add(argv, path);
	add(argv, path);
}

static void add_walls(const Builds *self, const gchar *tree, GPtrArray *argv)
{
	static const gchar *const first[] = {"bwrap",
					     "--unshare-all",
					     "--die-with-parent",
					     "--new-session",
					     "--ro-bind",
					     "/",
					     "/",
					     "--dev",
					     "/dev",
					     "--proc",
					     "/proc",
					     "--tmpfs",
					     "/tmp",
					     "--tmpfs"};

	for (guint i = 0; i < G_N_ELEMENTS(first); i++)
		add(argv, first[i]);
	add(argv, g_get_home_dir());
	add_bind(argv, "--ro-bind", self->request.repository);
	add_bind(argv, "--ro-bind", self->request.folder);
	add_bind(argv, "--bind", tree);
	add(argv, "--");
}

static void add_environment(const Builds *self, GPtrArray *argv)
{
	static const gchar *const fixed[] = {
		"env",
		"CC=aarch64-linux-gnu-gcc",
		"CXX=aarch64-linux-gnu-g++",
		"AR=aarch64-linux-gnu-ar",
		"RANLIB=aarch64-linux-gnu-ranlib",
		"STRIP=aarch64-linux-gnu-strip",
		"PKG_CONFIG_LIBDIR=/usr/lib/aarch64-linux-gnu/pkgconfig",
	};

	for (guint i = 0; i < G_N_ELEMENTS(fixed); i++)
		add(argv, fixed[i]);
	g_ptr_array_add(argv, g_strconcat("CMAKE_TOOLCHAIN_FILE=", self->cmake, NULL));
	g_ptr_array_add(argv, g_strconcat("MESON_CROSS_FILE=", self->meson, NULL));
}

/* log: a file that takes what it says, or -1. */
static gboolean run(const Builds *self, const gchar *tree, const gchar *command, gboolean building,
		    int log, ChildResult *result, GError **error)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
	const ChildSpec spec = {.in = -1,
				.out = log,
				.err = log,
				.extra = -1,
				.folder = tree,
				.deadline = self->request.timeout};
	ChildSpec child = spec;

	if (building && self->request.sandbox)
		add_walls(self, tree, argv);
	if (building)
		add_environment(self, argv);
	add(argv, "sh");
	add(argv, "-c");
	add(argv, command);
	g_ptr_array_add(argv, NULL);
	child.argv = (const gchar *const *)argv->pdata;
	return child_run(&child, self->request.cancellable, result, error) &&
	       !g_cancellable_set_error_if_cancelled(self->request.cancellable, error);
}

/* A disk that is full, and walls that cannot be put up, are no fault of the commit. */
static gboolean is_rig_fault(const Builds *self, const gchar *last, GError **error)
{
	if (path_is_full(self->request.folder))
		return !fail(error, self->request.folder, "the disk is full");
	return g_str_has_prefix(last, "bwrap: ") && !fail(error, "the sandbox", last);
}

/* The first line that speaks of an error, else the last one. */
static gchar *complaint(const gchar *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (guint i = 0; lines[i]; i++)
		if (strstr(lines[i], "rror") && *g_strstrip(lines[i]))
			return g_strdup(lines[i]);
	return tail_last_line(text);
}

static gchar *why(const Builds *self, const ChildResult *result, int log, GError **error)
{
	g_autofree gchar *text = tail_text(log);
	g_autofree gchar *last = complaint(text);

	if (is_rig_fault(self, last, error))
		return NULL;
	if (result->end == CHILD_TIMED_OUT)
		return g_strdup_printf("the build did not end within %u s", self->request.timeout);
	return g_strdup_printf("it does not build: %s", last);
}

static gboolean build(const Builds *self, const gchar *tree, gchar **failed, GError **error)
{
	g_autofree gchar *path = g_strconcat(tree, ".log", NULL);
	int log = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
	ChildResult result = {.end = CHILD_ENDED};
	gboolean well;

	if (log < 0)
		return fail(error, path, g_strerror(errno));
	well = run(self, tree, self->request.command, TRUE, log, &result, error);
	if (well && (result.end != CHILD_ENDED || result.status)) {
		*failed = why(self, &result, log, error);
		well = FALSE;
	}
	close(log);
	return well;
}

gchar *builds_make(Builds *self, const gchar *commit, gchar **failed, GError **error)
{
	gchar *tree = g_async_queue_pop(self->trees);
	const gchar *const checkout[] = {"checkout", "--quiet", "--force",
					 "--detach", commit,    NULL};
	const gchar *const clean[] = {"clean", "--quiet", "-ffdx", NULL};

	*failed = NULL;
	if (git(tree, checkout, error) && git(tree, clean, error) &&
	    (!self->request.command || build(self, tree, failed, error)))
		return tree;
	builds_done(self, tree);
	return NULL;
}

void builds_done(Builds *self, gchar *tree)
{
	g_async_queue_push(self->trees, tree);
}

gboolean builds_run(Builds *self, const gchar *tree, const gchar *command, int *status,
		    GError **error)
{
	ChildResult result;

	if (!run(self, tree, command, FALSE, -1, &result, error))
		return FALSE;
	if (result.end == CHILD_TIMED_OUT)
		return fail(error, command, "it did not end in time");
	*status = result.status;
	return TRUE;
}
