/*
 * npm - npm's own client, asked for one package.
 *
 * It runs with the user's settings, and in a folder of the job's: there it finds no project, and
 * what it writes (its cache, its temporary files) lies there. Of the package it runs nothing.
 * Works with npm 9 and later.
 */
#ifndef ARTEFACT_NPM_H
#define ARTEFACT_NPM_H

#include <gio/gio.h>

#include "artefact/word.h"

typedef struct {
	const Word *word;
	const gchar *folder; /* the job's own */
	const gchar *kept;   /* where packages that have been fetched are, for messages */
	int lock;            /* descriptor that npm holds, too: who waits for it waits for npm,
				whatever becomes of us */
	GCancellable *cancellable;
} NpmJob;

/* Errors of both: (usage) where the registry has no such package, or not in that version, with
 * those that it has; (rig) where there is no npm, the registry cannot be reached, or npm fails,
 * with what it says; cancelled. */

/* What the registry says that the archive's SHA-512 is, as integrity_parse() gives it. Caller
 * frees. */
gchar *npm_integrity(const NpmJob *job, GError **error);

/* The archive, in the job's folder; its bytes are whatever came. Caller frees the path. */
gchar *npm_fetch(const NpmJob *job, GError **error);

typedef struct {
	gchar *version;
	gchar *date; /* "2024-07-09", when it was published; NULL: the registry does not tell */
} NpmVersion;

/* All versions of a package, an array of NpmVersion, by their numbers: the oldest one first, and
 * pre-releases before the release (Semantic Versioning 2.0.0, 11). Of the job's word only the name
 * counts. Errors as above. */
GPtrArray *npm_versions(const NpmJob *job, GError **error);

/* Which comes first? As strcmp(). */
gint npm_version_compare(const gchar *a, const gchar *b);

#endif
