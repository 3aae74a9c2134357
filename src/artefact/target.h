/*
 * target - something that is shipped, opened: what a user names becomes files on this host.
 *
 *	npm:NAME@VERSION	a package of the npm registry
 *	deb:NAME=VERSION	a package of Debian, for arm64; without a version that of
 *				Debian 12, else the newest
 *	FILE			an ELF file, or a static library; or an archive (tar, zip,
 *				wheel, .deb), which is unpacked as artefact/unpack.h says
 *	FOLDER			with all that lies below it
 */
#ifndef ARTEFACT_TARGET_H
#define ARTEFACT_TARGET_H

#include "artefact/package.h"

/* Who is told what goes on, and where archives are unpacked: a folder, which is empty. */
typedef struct {
	const Paths *paths;
	const gchar *scratch;
	PackageNews news;
	gpointer data;
	GCancellable *cancellable;
} TargetRequest;

/* The absolute path of the file or folder, which is no link. Error (usage) where there is no such
 * thing, (rig) where it cannot be fetched or unpacked; cancelled. Caller frees. */
gchar *target_open(const TargetRequest *request, const gchar *word, GError **error);

/* Is it the word for a Debian package? */
gboolean target_is_debian(const gchar *word);

/* A root file system of Debian: for a Debian package with it and all that it depends on, of its own
 * suite; and with Python, where a version of it is named. NULL where Debian has not all of that;
 * else error (rig). Caller frees. */
gchar *target_root(const TargetRequest *request, const gchar *word, const gchar *python,
		   GError **error);

/* npm's packages come as a wrapper with an optional dependency for each platform: the word for the
 * one for arm64 Linux with glibc, as the package.json at (or in package/ below) the path names it.
 * NULL where there is none. Caller frees. */
gchar *target_dependency(const gchar *path);

#endif
