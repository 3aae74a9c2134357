/*
 * package - a published package: fetched once, verified, unpacked, and kept by its content.
 *
 * A word names it: "npm:NAME@VERSION", where NAME may have a scope and VERSION is exact. npm's own
 * client fetches, with the user's settings (registry, proxy, credentials), from a folder of its own
 * where it finds no project; none of the package's scripts is ever run. What came is taken only
 * when the SHA-512 of its bytes is the wanted one, or else the registry's, which is remembered from
 * then on; and it is unpacked as artefact/unpack.h says.
 *
 * Below paths->packages:
 *   index/WORD                   the integrity of what is here
 *   sha512-HEX/archive           as it was published
 *   sha512-HEX/package/          its files
 * A folder gets its name only when it is complete. One that is damaged is made again, of its
 * archive where that is whole: without a network.
 *
 * 	g_autoptr(Package) package = package_get(paths, "npm:esbuild@0.25.0", NULL, news, NULL,
 * 						 cancellable, &error);
 */
#ifndef ARTEFACT_PACKAGE_H
#define ARTEFACT_PACKAGE_H

#include <gio/gio.h>

#include "base/paths.h"

typedef struct {
	gchar *name;      /* "@node-rs/crc32-linux-arm64-gnu" */
	gchar *version;   /* "1.10.7" */
	gchar *integrity; /* "sha512-..." as npm writes it */
	gchar *folder;    /* absolute; holds package.json. Nobody may write there */
} Package;

void package_free(Package *package);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Package, package_free)

/* What goes on, a line: "fetching npm:esbuild@0.25.0". It comes on the thread that asks. */
typedef void (*PackageNews)(const gchar *what, gpointer data);

/* FALSE and error (usage) where the word, or the integrity (NULL: none is wanted), is not written
 * as it should be. */
gboolean package_check_word(const gchar *word, const gchar *integrity, GError **error);

/* The package where it is here and whole, which the sizes and times of its files tell; else NULL.
 * Without a network. */
Package *package_find(const Paths *paths, const gchar *word, const gchar *integrity);

/* The package, fetched where it is not here. Safe from several threads, and from several rigs: who
 * wants what another one fetches waits for it. Errors: (usage) a wrong word, or one that the
 * registry does not have; (rig) no npm, no network, other bytes than wanted, an archive that is
 * refused; cancelled (G_IO_ERROR). Nothing is kept of what failed. */
Package *package_get(const Paths *paths, const gchar *word, const gchar *integrity,
		     PackageNews news, gpointer data, GCancellable *cancellable, GError **error);

#endif
