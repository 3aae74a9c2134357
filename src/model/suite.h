/*
 * suite - a folder of cases and what runs them: cases/SUITE/suite.yaml.
 */
#ifndef MODEL_SUITE_H
#define MODEL_SUITE_H

#include <glib.h>

#include "model/subject.h"
#include "model/verdict.h"

typedef struct {
	gchar *subject;
	gchar *verdict;
	gchar *engine; /* NULL: whichever */
} Expectation;

typedef struct {
	gchar *name;        /* "size-classes" */
	gchar *description; /* the property, one line */
	gchar *program;     /* file name below prepared/cases/SUITE/LIBC/; NULL: the runner, or the
			       subject itself */
	gchar *runner;      /* name of the subject, a program, that runs the case's script, or NULL
			     */
	gchar **files;      /* of cases/SUITE/, which the program finds in ENGINE_CASE */
	guint files_count;
	gchar **args; /* "{case}" in them is ENGINE_CASE, "{subject}" the subject's path */
	guint args_count;
	gchar *output; /* part of what it must print, or NULL */
	gchar **tags;
	guint tags_count;
	guint timeout; /* seconds; 0: the default, CASE_TIMEOUT */
	guint memory;  /* address space of emulator and program, MiB; 0: the engine's default */
	gchar **libc;  /* libcs that it is built for; none: all */
	guint libc_count;
	/* The subjects that it can run with: these (globs), those of these packages (names without
	 * version), or where neither is stated all of its kind. */
	gchar **subjects;
	guint subjects_count;
	gchar **packages;
	guint packages_count;
	SubjectKind kind;
	gboolean fallback; /* TRUE: only where no other case of the suite can */
	Expectation *expect;
	guint expect_count;
} Case;

enum { CASE_TIMEOUT = 60 };

typedef struct {
	gchar *name;
	gchar *description;
	gboolean optional; /* TRUE: runs only when asked for by name or tag */
	gchar **subjects; /* subjects that its cases run with unless others are asked for; none: all
			     that they can */
	guint subjects_count;
	Case *cases;
	guint cases_count;
} Suite;

/* Error (usage) with file and line. */
Suite *suite_load(const gchar *path, GError **error);
void suite_free(Suite *suite);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Suite, suite_free)

/* Every FOLDER/NAME/suite.yaml, sorted by name. An array of Suite; error (usage) where there is
 * none. */
GPtrArray *suites_load(const gchar *folder, GError **error);

/* Can the case run with the subject? Which it can, a fallback among the others aside. */
gboolean case_takes(const Suite *suite, const Case *self, const Subject *subject);

gboolean case_has_libc(const Case *self, const gchar *libc);
gboolean case_has_tag(const Case *self, const gchar *tag);

/* The verdict that the case states for this subject on this engine, rather than on any;
 * VERDICT_NONE where it states none. */
Verdict case_expect(const Case *self, const gchar *subject, const gchar *engine);

/* Does the case tell the engines apart for this subject? */
gboolean case_names_engine(const Case *self, const gchar *subject);

#endif
