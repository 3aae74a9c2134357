/*
 * source - versions of something, from wherever it is published or kept, for a search.
 */
#ifndef SEARCH_SOURCE_H
#define SEARCH_SOURCE_H

#include <gio/gio.h>

#include "base/paths.h"
#include "search/history.h"

typedef struct {
	gchar *id;      /* "1.10.7"; of git the whole hash */
	gchar *date;    /* "2024-07-09", or NULL */
	gchar *author;  /* of git: "Name <address>", else NULL */
	gchar *subject; /* of git: the message's first line, else NULL */
	gchar *target;  /* what is to be checked, as artefact/target.h has it; of git NULL */
	gchar *command; /* of a list: what judges it instead; or NULL */
} Version;

typedef struct {
	gchar *name;         /* "npm @node-rs/crc32"; two with the same name are the same */
	GPtrArray *versions; /* of Version, in the history's order */
	History *history;
	gchar *head; /* of git: what HEAD is; else NULL */
} Source;

typedef struct {
	const Paths *paths;
	void (*news)(const gchar *what, gpointer data); /* a line; or NULL */
	gpointer data;
	GCancellable *cancellable;
} SourceRequest;

/* All versions of npm's registry, without pre-releases unless they are all that there is. Error
 * (usage) where there is no such package, (rig) without npm or network. */
Source *source_npm(const SourceRequest *request, const gchar *name, GError **error);

/* All versions of a Debian package for arm64 over the suites; errors alike. */
Source *source_debian(const SourceRequest *request, const gchar *name, GError **error);

/* A file with a version on each line, the oldest first: "NAME TARGET", or "NAME ! COMMAND", whose
 * exit status says it: 0 good, 125 cannot be judged, else bad. Blank lines and those that begin
 * with "#" are passed over. TARGETs are relative to the file's folder. Error (usage) with file and
 * line. */
Source *source_list(const gchar *path, GError **error);

/* All commits that a revision is made from; of two revisions what lies between them, with them:
 * what came before the older one stands for it. Error (usage) where there is no repository in the
 * folder, or no such revision; (rig) without git. */
Source *source_git(const gchar *folder, const gchar *const *revisions, GError **error);

/* The number of the version that a user calls so: its id, or the beginning of git's hash; or what
 * git makes of it. Error (usage) with the nearest one. */
gboolean source_find(const Source *source, const gchar *folder, const gchar *word, guint *number,
		     GError **error);

Source *source_new(gchar *name);
void source_free(Source *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Source, source_free)

/* Adds a version, which is the newest so far; fields are taken over. */
Version *source_add(Source *source, gchar *id, gchar *target);

#endif
