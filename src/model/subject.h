/*
 * subject - the thing under test that a case runs with: cases/subjects/NAME.yaml, or a file or a
 * package that the user names.
 */
#ifndef MODEL_SUBJECT_H
#define MODEL_SUBJECT_H

#include <glib.h>

#include "model/verdict.h"

/* What a case does with it. */
typedef enum {
	SUBJECT_ALLOCATOR, /* its library is preloaded */
	SUBJECT_ADDON,     /* a Node.js addon: the case is told its path */
	SUBJECT_MODULE,    /* an extension module of Python: the case is told its path */
	SUBJECT_LIBRARY,   /* the case is told its path, and loads it with dlopen() */
	SUBJECT_PROGRAM,   /* it is run itself, or runs the case's script */
} SubjectKind;

typedef struct {
	gchar *name;
	gchar *description;
	gchar *libc;    /* which build of the case runs: "glibc" (NULL means that) or "musl" */
	gchar *library; /* of an allocator. Relative: below prepared/subjects; absolute: as the
			   program sees it, in the sysroot. NULL: the libc's own malloc */
	SubjectKind kind;
	gchar *file;      /* of any other kind: below the package's folder, or without a package
			     below prepared/subjects. NULL: the package's only addon for arm64 */
	gchar *package;   /* "npm:NAME@VERSION", see artefact/package.h, or NULL */
	gchar *integrity; /* what the registry must say of it: "sha512-...", or NULL */
	gchar *allocator; /* that it is or holds: "mimalloc", or NULL */
	gchar *version;   /* of the allocator or the package: "2.1.9", or NULL */
	gchar **tags;
	guint tags_count;
	gchar *expect; /* a verdict, or NULL */
	gchar *path;   /* a file that the user named, on this host; else NULL (never in YAML) */
} Subject;

/* Error (usage) with file and line. */
Subject *subject_load(const gchar *path, GError **error);

/* A subject for a file at path on this host, named after it: an addon where the name ends in .node,
 * else a library to be preloaded. */
Subject *subject_for_file(const gchar *path);

/* Is it the word for a package, "npm:..."? */
gboolean subject_is_package(const gchar *word);

/* A subject for the addon that the package "npm:NAME@VERSION" holds, named after it. */
Subject *subject_for_package(const gchar *word);

/* NAME of its package, without the version; NULL where it has none. Caller frees. */
gchar *subject_package_name(const Subject *subject);

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
