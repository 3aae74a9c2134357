/*
 * scratch - the folder in which one invocation of the rig keeps its runs.
 *
 * It is locked while the rig lives. Whatever a killed rig left behind is removed by the next one;
 * what a rig was told to keep, or kept because something unexpected happened there, is not, but of
 * the latter only the last few.
 */
#ifndef RUN_SCRATCH_H
#define RUN_SCRATCH_H

#include <glib.h>

typedef struct {
	gchar *path;
	int lock;
	gboolean keep;    /* leave it when closed */
	gboolean forever; /* and no later rig removes it: the user asked for it */
} Scratch;

/* Makes a new folder below runs, after removing those that nobody holds. Error (rig) where it
 * cannot be written. */
Scratch *scratch_new(const gchar *runs, GError **error);

/* Removes it unless keep is set. */
void scratch_free(Scratch *scratch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scratch, scratch_free)

/* A new folder in it, named after the words with all that is not fit for a file name replaced.
 * Error (rig). Caller frees the path. */
gchar *scratch_folder(const Scratch *scratch, const gchar *name, GError **error);

#endif
