/*
 * target - something that is shipped, opened: what a user names becomes files on this host.
 *
 *	npm:NAME@VERSION	a package of the npm registry
 *	deb:NAME=VERSION	a package of Debian, for arm64; without a version that of
 *				Debian 12, else the newest
 *	FILE			an ELF file; or an archive (tar, zip, wheel, .tgz, .deb), which is
 *				unpacked as artefact/unpack.h says
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

/* The absolute path of the file or folder. Error (usage) where there is no such thing, (rig) where
 * it cannot be fetched or unpacked; cancelled. Caller frees. */
gchar *target_open(const TargetRequest *request, const gchar *word, GError **error);

/* A root file system for a Debian package: all that it depends on, of its own suite. NULL where the
 * word names none, or Debian has not all of that; else error (rig) or cancelled. Caller frees. */
gchar *target_root(const TargetRequest *request, const gchar *word, GError **error);

/* npm's packages come as a wrapper with an optional dependency for each platform: the word for the
 * one for arm64 Linux with glibc, as the package.json at (or in package/ below) the path names it.
 * NULL where there is none. Caller frees. */
gchar *target_dependency(const gchar *path);

#endif
