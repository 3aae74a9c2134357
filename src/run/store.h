/*
 * store - where the files of subjects are on this host: named by the user, prepared, in the
 * sysroot, or in a package that is fetched.
 */
#ifndef RUN_STORE_H
#define RUN_STORE_H

#include <gio/gio.h>

#include "base/paths.h"
#include "model/engine.h"
#include "model/subject.h"

typedef struct {
	const Paths *paths;
	gchar *sysroot;
	GHashTable *packages; /* "npm:..." to Package */
	GHashTable *lacking;  /* subject's name to why it is not to be had */
	GHashTable *files;    /* subject's name to its files, a GStrv */
} Store;

Store *store_new(const Paths *paths);
void store_free(Store *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_free)

/* Fetches the packages of the subjects (of const Subject) that are not here, several at once. One
 * of a manifest that is not to be had is then lacking; one that the user named is an error, as are
 * a wrong name and the end of patience (cancellable). */
gboolean store_fetch(Store *store, const GPtrArray *subjects, EngineNews news, gpointer data,
		     GCancellable *cancellable, GError **error);

/* Why the subject is not to be had, or NULL: it could not be prepared or fetched. Borrowed. */
const gchar *store_lacks(Store *store, const Subject *subject);

/* The subject's files, the subject itself first, then what it needs and lies beside it; none for
 * the libc's own allocator. Checked: they can be loaded, or run, in the sysroot. Borrowed. Error
 * (usage) for a file that does not fit, (rig) for one that was not prepared. */
gchar **store_files(Store *store, const Subject *subject, GError **error);

/* Error (rig): what is not there, and the command that makes it. */
gboolean store_not_prepared(const Store *store, const gchar *what, GError **error);

#endif
