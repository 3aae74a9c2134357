/*
 * track - judges the versions of a source, once each, and remembers them.
 */
#ifndef CHECK_TRACK_H
#define CHECK_TRACK_H

#include "check/check.h"
#include "check/ledger.h"
#include "search/build.h"
#include "search/source.h"

/* Nothing is owned. */
typedef struct {
	const CheckRequest *check;
	const Source *source;
	Builds *builds;      /* of a git repository, else NULL */
	const gchar *target; /* what of a work tree is checked; NULL: all that is in it */
	const gchar *test;   /* a command that judges a work tree instead: 0 good, 125 cannot be
				judged, else bad; or NULL */
	const gchar *folder; /* of the ledger; it is there */
	guint repeat;        /* judgements of each version, of which what most say holds */
	/* Each version that has been settled now, by any thread, one at a time; or NULL. */
	void (*told)(guint revision, const Judged *judged, gpointer data);
	gpointer data;
} TrackRequest;

typedef struct Track Track;

Track *track_new(const TrackRequest *request);
void track_free(Track *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Track, track_free)

/* Tells the search what the ledger knows and has been judged often enough. Returns of how many
 * versions. */
guint track_recall(Track *self, Bisect *bisect);

/* As BisectTest. A commit is built for the first judgement, and stands until it is settled. */
gboolean track_judge(Track *self, guint revision, BisectVerdict *verdict, GError **error);

/* As BisectRequest.settled: of its judgements one with that verdict is kept, the others are not. */
gboolean track_settle(Track *self, guint revision, BisectVerdict verdict, GError **error);

/* NULL where it has not been settled. The track's. */
const Judged *track_judged(Track *self, guint revision);

#endif
