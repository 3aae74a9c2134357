/*
 * hunt - one search for the version that brought it in, and for the one that took it out: a source
 * of versions, a search among them, and what is kept of that for the next time.
 */
#ifndef CHECK_HUNT_H
#define CHECK_HUNT_H

#include "check/answer.h"

/* Versions that are all judged where neither good nor bad is named; of more, and of git, so many.
 */
enum { HUNT_ALL = 100, HUNT_GIT = 32 };

/* Nothing is owned. Of git, npm, debian and list one is set. */
typedef struct {
	const CheckRequest *check;
	const gchar *git;                   /* absolute path of a repository's folder */
	const gchar *npm, *debian;          /* names of packages */
	const gchar *list;                  /* path of a file, see search/source.h */
	const gchar *build, *target, *test; /* of git: see check/track.h and search/build.h */
	const gchar *good, *bad;            /* versions that the user says are; or both NULL */
	gint probes;         /* with neither: how many are judged, 0 for all; -1: see above */
	guint repeat;        /* judgements of each version */
	guint jobs;          /* versions at once */
	guint build_timeout; /* seconds */
	gboolean fresh;      /* what was kept is forgotten */
	void (*news)(const gchar *what, gpointer data); /* what is being made ready */
	void (*left)(guint left, guint steps, gpointer data);
	void (*judged)(const Version *version, const Judged *judged, gpointer data);
	gpointer data;
} HuntRequest;

typedef struct Hunt Hunt;

/* Opens the source, and waits for another rig that hunts the same. Error (usage) for a source that
 * there is not, or in which nothing is; (rig); or cancelled. */
Hunt *hunt_new(const HuntRequest *request, GError **error);
void hunt_free(Hunt *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Hunt, hunt_free)

/* Searches. Error (G_IO_ERROR_INVALID_ARGUMENT, or _NOT_FOUND) where the versions cannot answer it:
 * both ends are alike, say; (usage) for a version that there is not; (rig); or cancelled. What was
 * found out until then is kept. */
gboolean hunt_run(Hunt *self, GError **error);

/* What was found, after hunt_run(); the hunt's. */
const Answer *hunt_answer(const Hunt *self);

/* The source's name. The hunt's. */
const gchar *hunt_name(const Hunt *self);

#endif
