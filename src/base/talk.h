/*
 * talk - what a debugger and its stub say to each other, as far as a listener must understand it:
 * gdb's remote serial protocol ("Remote Protocol", gdb's manual). Pure.
 */
#ifndef BASE_TALK_H
#define BASE_TALK_H

#include <glib.h>

typedef struct {
	gboolean packet; /* the debugger is in the middle of one */
	gchar begin[8];  /* how that one begins */
	guint length;    /* of it, as far as it fits there */
	gboolean silent; /* they do without notes */
	gboolean file;   /* the debugger has asked for a file of the stub's, and had no answer */
	gboolean answer; /* what the stub says may be that */
	guchar last;     /* byte that the stub said */
	enum {
		TALK_STOPPED,
		TALK_ASKED,   /* to go on, and has not taken note yet */
		TALK_RUNNING, /* it hears nothing but an interrupt */
	} state;
} Talk;

/* A byte of the debugger's. TRUE: it asks to interrupt what runs. */
gboolean talk_debugger(Talk *talk, guchar byte);

/* A byte of the stub's. FALSE: it asks for a file of the debugger's host. */
gboolean talk_stub(Talk *talk, guchar byte);

#endif
