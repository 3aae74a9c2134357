/*
 * progress - how far a long command is, on standard error: one line that is drawn anew on a
 * terminal, a line at every tenth elsewhere.  Before that, what is being made ready.
 */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include "model/finding.h"

typedef struct {
	gboolean terminal;
	gboolean quiet;
	guint width;
	GMutex mutex;  /* guards what follows, and what is on the screen */
	guint tenths;  /* already printed */
	guint earlier; /* findings that took no time */
	gint64 start;  /* of the runs; microseconds, monotonic */
} Progress;

void progress_start(Progress *progress, gboolean quiet);

/* Fits RunProgress; data is a Progress. */
void progress_show(const Finding *finding, guint done, guint total, gpointer data);

/* Fits EngineNews; data is a Progress. What is being made ready stays on a terminal until the next
 * finding, and has a line of its own elsewhere. */
void progress_news(const gchar *what, gpointer data);

/* Wipes the line. */
void progress_end(Progress *progress);

#endif
