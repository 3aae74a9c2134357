/*
 * executed - an instruction above plain ARMv8.0-A that a run executed: one for each place.
 */
#ifndef MODEL_EXECUTED_H
#define MODEL_EXECUTED_H

#include <glib.h>

typedef struct {
	guint64 addr;     /* in the program's memory */
	guint32 word;     /* the instruction */
	gchar *object;    /* path of the ELF file as the program saw it; NULL: code made in memory,
			     or of a file that is not known */
	gchar *file;      /* the same file on this host, or NULL */
	guint64 offset;   /* in it, bytes */
	gboolean trapped; /* it was given a SIGILL because the profile's board lacks it */
} Executed;

Executed *executed_new(guint64 addr, guint32 word);
void executed_free(Executed *executed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Executed, executed_free)

#endif
