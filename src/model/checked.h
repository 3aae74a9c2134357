/*
 * checked - what 'a64rig check' found out about something that is shipped.
 */
#ifndef MODEL_CHECKED_H
#define MODEL_CHECKED_H

#include "model/finding.h"

typedef enum { CHECKED_RUNS, CHECKED_UNCLEAR, CHECKED_DIES } CheckedKind;

/* "runs", "cannot tell", "will not run". Static. */
const gchar *checked_name(CheckedKind kind);

/* One arm64 ELF file. */
typedef struct {
	gchar *path;       /* below the target; of a static library's member "PATH: NAME" */
	gchar *at;         /* of such a one: where it has been put on this host; else NULL */
	const gchar *kind; /* "addon", "module", "library", "program" or "object"; static */
	gchar *python;     /* of a module: the Python that it is for, "3.11"; else NULL */
	CheckedKind verdict;
	gchar *reason; /* one line; NULL where the finding, or nothing, is to be said */
	ScanFile *scan;
	gboolean unread;    /* it could not be scanned */
	Finding *finding;   /* how it was started, or NULL */
	gchar *not_started; /* why there is no finding: what it lacks; or NULL */
} CheckedFile;

typedef struct {
	gchar *target;  /* as the user named it */
	gchar *package; /* what was taken instead: the package for arm64 that it depends on; or NULL
			 */
	CheckedKind verdict;
	gchar *reason;    /* where it is not that of its files, or NULL */
	GPtrArray *files; /* of CheckedFile, by path */
	Scan *scan;       /* of all files, which are its; with the fates of all profiles */
} Checked;

/* All targets of one invocation. */
typedef struct {
	Results *results; /* versions, profiles and time; no findings */
	GPtrArray *targets;
} Checks;

CheckedFile *checked_file_new(const gchar *path, const gchar *kind);

/* baseline: a profile's name. */
Checked *checked_new(const gchar *target, const gchar *baseline);
void checked_free(Checked *checked);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Checked, checked_free)

Checks *checks_new(void);
void checks_free(Checks *checks);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Checks, checks_free)

/* The worst of all targets: will not run, then cannot tell. */
CheckedKind checks_verdict(const Checks *checks);

#endif
