/*
 * subject - the thing under test that a case runs with: cases/subjects/NAME.yaml, or a library
 * that the user names.
 */
#ifndef MODEL_SUBJECT_H
#define MODEL_SUBJECT_H

#include <glib.h>

#include "model/verdict.h"

typedef struct {
	gchar *name;
	gchar *description;
	gchar *libc;      /* which build of the case runs: "glibc" (NULL means that) or "musl" */
	gchar *library;   /* preloaded. Relative: below prepared/subjects; absolute: as the program
			     sees it, in the sysroot. NULL: the libc's own malloc */
	gchar *allocator; /* "mimalloc", or NULL */
	gchar *version;   /* "2.1.9", or NULL */
	gchar **tags;
	guint tags_count;
	gchar *expect; /* a verdict, or NULL */
	gchar *file;   /* a library that the user named, on this host; else NULL (never in YAML) */
} Subject;

/* Error (usage) with file and line. */
Subject *subject_load(const gchar *path, GError **error);

/* A subject for a library at path on this host, named after its file. */
Subject *subject_for_library(const gchar *path);

void subject_free(Subject *subject);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Subject, subject_free)

/* "glibc" where nothing is stated. */
const gchar *subject_libc(const Subject *subject);

/* Is it the name of a libc that cases are built for? */
gboolean subject_is_libc(const gchar *word);

/* What the subject's manifest expects; VERDICT_NONE where it states nothing. */
Verdict subject_expect(const Subject *subject);

/* As profiles_load(). An array of Subject. */
GPtrArray *subjects_load(const gchar *const *folders, GError **error);

/* As profile_find(). */
const Subject *subject_find(const GPtrArray *subjects, const gchar *name, GError **error);

#endif
