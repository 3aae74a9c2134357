/*
 * progress - how far a long command is, on standard error: one line that is drawn anew on a
 * terminal, a line at every tenth elsewhere.
 */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include "model/finding.h"

typedef struct {
	gboolean terminal;
	gboolean quiet;
	guint width;
	guint tenths; /* already printed */
	gint64 start; /* microseconds, monotonic */
} Progress;

void progress_start(Progress *progress, gboolean quiet);

/* Fits RunProgress; data is a Progress. */
void progress_show(const Finding *finding, guint done, guint total, gpointer data);

/* Wipes the line. */
void progress_end(Progress *progress);

#endif
