/*
 * bisect - finds where a verdict changes in a history: a pure search over an injected test.
 *
 * Nothing is judged twice. With jobs above 1 the revisions that would come next, whatever the
 * answer, are judged along with the one that is needed.
 */
#ifndef SEARCH_BISECT_H
#define SEARCH_BISECT_H

#include <gio/gio.h>

#include "search/history.h"

typedef enum { BISECT_UNKNOWN, BISECT_GOOD, BISECT_BAD, BISECT_SKIP } BisectVerdict;

/* "good", "bad", "skip", "unknown". Static. */
const gchar *bisect_name(BisectVerdict verdict);

/* Judges a revision; SKIP where that cannot be done: it does not build, say. Called from several
 * threads where jobs is above 1. FALSE and error: the rig failed, which is no verdict and ends the
 * search. */
typedef gboolean (*BisectTest)(guint revision, BisectVerdict *verdict, gpointer data,
			       GError **error);

/* Nothing is owned. */
typedef struct {
	const History *history;
	BisectTest test;
	/* What holds of a revision once it has been judged as often as it takes; from the thread
	 * that did so. FALSE and error as of the test. May be NULL. */
	gboolean (*settled)(guint revision, BisectVerdict verdict, gpointer data, GError **error);
	/* Before tests are made: how many revisions are still possible, and about how many steps
	 * are left. May be NULL. */
	void (*progress)(guint left, guint steps, gpointer data);
	gpointer data;
	guint jobs;   /* revisions at once, at least 1 */
	guint repeat; /* times that each is judged, at least 1: what most say holds */
	GCancellable *cancellable;
} BisectRequest;

typedef struct Bisect Bisect;

Bisect *bisect_new(const BisectRequest *request);
void bisect_free(Bisect *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bisect, bisect_free)

/* What is known of a revision already; it will not be judged. */
void bisect_know(Bisect *self, guint revision, BisectVerdict verdict);
BisectVerdict bisect_known(const Bisect *self, guint revision);

/* Judges one, whatever is known of it, as often as it takes. Error of a test; cancelled. */
gboolean bisect_judge(Bisect *self, guint revision, BisectVerdict *verdict, GError **error);

/* Tests that were made; and which part of them agreed with what was then taken: 1 where none was
 * repeated, or all agreed. */
guint bisect_tests(const Bisect *self);
gdouble bisect_agreement(const Bisect *self);

/* The first revision with another verdict than before. */
typedef struct {
	guint before; /* the last one with the old verdict */
	guint first;
	BisectVerdict to; /* its verdict */
	GArray *suspects; /* of guint: all that may be the first, where others between could not be
			     judged; else NULL */
} BisectChange;

void bisect_change_free(BisectChange *change);

/* Between two revisions, of which the first is an ancestor of the second and has another verdict.
 * Error (G_IO_ERROR_INVALID_ARGUMENT) where they have the same, or cannot be judged; that of a
 * test; cancelled. */
BisectChange *bisect_between(Bisect *self, guint from, guint to, GError **error);

/* All changes between the oldest and the newest, by the line of first parents: that many revisions
 * of it are judged (0: all), spread evenly, and then what lies between those that differ. What
 * changes twice between two that are judged is not seen. An array of BisectChange, oldest first.
 * Error (G_IO_ERROR_NOT_FOUND) where none can be judged; that of a test; cancelled. */
GPtrArray *bisect_all(Bisect *self, guint probes, GError **error);

#endif
