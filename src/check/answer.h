/*
 * answer - what a search among versions has found, as text. Pure; the caller frees.
 *
 * JSON, schema "a64rig.bisect/1": the versions that were judged, and the changes, each with the
 * first version, the last before it, and what differs between them.
 */
#ifndef CHECK_ANSWER_H
#define CHECK_ANSWER_H

#include "check/track.h"

/* Nothing is owned. */
typedef struct {
	const Source *source;
	Track *track;
	const Bisect *bisect;
	const GPtrArray *changes; /* of BisectChange */
	const gchar *baseline;    /* a profile's name */
	guint known;              /* versions that had been judged by an earlier run */
	gboolean repeated;        /* agreement is worth telling */
} Answer;

gchar *answer_table(const Answer *answer, gboolean colour, guint width);
gchar *answer_json(const Answer *answer);

/* As 'git bisect log' has it, for 'git bisect replay'. Of a source that is git. One log for each
 * change; where something is good again the terms are "broken" and "fixed". */
gchar *answer_log(const Answer *answer);

#endif
