/*
 * build - builds commits of a git repository for arm64, each from a clean tree.
 *
 * The user's repository is only read: a clone that shares its objects lies in a folder of ours,
 * with as many work trees as builds run at once. The command is run by sh in its work tree, in a
 * sandbox: it has no network, sees nothing of the home, and can write only to the work tree and
 * to a /tmp of its own. Its environment has
 *
 *	CC CXX AR RANLIB STRIP	the cross toolchain, aarch64-linux-gnu-
 *	CMAKE_TOOLCHAIN_FILE	the same for CMake, which takes it from there
 *	MESON_CROSS_FILE	the same for Meson, as its --cross-file
 *	PKG_CONFIG_LIBDIR	of arm64
 */
#ifndef SEARCH_BUILD_H
#define SEARCH_BUILD_H

#include <gio/gio.h>

typedef struct Builds Builds;

typedef struct {
	const gchar *repository; /* the user's */
	const gchar *folder;     /* ours; made where it is not there */
	const gchar *command;    /* NULL: nothing is to be built */
	guint jobs;              /* builds at once */
	guint timeout;           /* seconds for each */
	gboolean sandbox;
	GCancellable *cancellable;
} BuildRequest;

/* The request is copied, and what it points to must outlive it. Error (rig). */
Builds *builds_new(const BuildRequest *request, GError **error);
void builds_free(Builds *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Builds, builds_free)

/* A work tree with the commit, built; wait for one of the others where all are taken. *failed: why
 * it could not be built, the last line that was said, and the result is NULL without an error.
 * Error (rig), or cancelled. Give it back with builds_done(). */
gchar *builds_make(Builds *self, const gchar *commit, gchar **failed, GError **error);
void builds_done(Builds *self, gchar *tree);

/* Runs a command of the user's in a work tree, outside of the sandbox and with its own environment:
 * *status is as of waitpid(). Error alike. */
gboolean builds_run(Builds *self, const gchar *tree, const gchar *command, int *status,
		    GError **error);

#endif
