/*
 * outcome - what one run did: case x subject x profile x engine.
 */
#ifndef MODEL_OUTCOME_H
#define MODEL_OUTCOME_H

#include <glib.h>

#include "model/fault.h"

typedef enum {
	OUTCOME_EXITED,    /* exit status in code; 0 is a pass */
	OUTCOME_SIGNALLED, /* ended by a signal that it did not handle */
	OUTCOME_WRONG,     /* exited with 0, but did not print what it should; reason says what */
	OUTCOME_TIMED_OUT, /* still running at its deadline, and killed */
	OUTCOME_SKIPPED,   /* the case exited with 77, or could not apply; reason says why */
	OUTCOME_RIG_FAULT, /* the rig or the emulator failed; reason says how */
} OutcomeKind;

/* Exit status by which a case says that it does not apply (automake's convention). */
#define OUTCOME_EXIT_SKIP 77

typedef struct {
	gchar *profile;
	OutcomeKind kind;
	int code;        /* exit status, with OUTCOME_EXITED */
	int signal;      /* with OUTCOME_SIGNALLED */
	gdouble seconds; /* wall time */
	guint64 max_rss; /* peak resident size of the emulator and what it ran, KiB; 0 unknown */
	gchar *out;      /* last part of standard output, valid UTF-8, never NULL */
	gchar *err;      /* last part of standard error, valid UTF-8, never NULL */
	gchar **hwcaps;  /* what the kernel that ran it says the CPU has, as /proc/cpuinfo prints
			    them; NULL where no kernel of its own ran it */
	gchar **masked;  /* those of them that the program was not told of, because the profile's
			    board lacks them; NULL: none */
	gchar *reason;   /* what is wrong, why it was skipped or a rig fault, one line; else NULL
			  */
	gchar *folder;   /* the run's folder on this host, or NULL when it was removed */
	gchar *core;     /* the program's core file on this host, or NULL */
	gchar *trace;    /* the emulator's account of what was executed (inspect/trace.h) on this
			    host, or NULL */
	GPtrArray *executed; /* of Executed: what it says; NULL where nobody looked */
	Fault *fault;        /* what the core says, or NULL */
} Outcome;

Outcome *outcome_new(const gchar *profile);
void outcome_free(Outcome *outcome);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Outcome, outcome_free)

/* Sets how the run ended, and why, which it takes over. */
void outcome_end(Outcome *outcome, OutcomeKind kind, gchar *reason);

/* The same for an exit status: OUTCOME_EXIT_SKIP is a skip, whose reason is out's last line. */
void outcome_exited(Outcome *outcome, int code);

/* One that passed without having printed that (NULL: anything) is wrong. */
void outcome_expect_output(Outcome *outcome, const gchar *output);

/* ld.so goes on without a library that it cannot preload (glibc, elf/rtld.c, do_preload): the
 * program then ran without its subject. What it says of that, or NULL. Caller frees. */
gchar *outcome_preload_complaint(const Outcome *outcome);

gboolean outcome_passed(const Outcome *outcome);

/* "exit 0", "exit 3", "SIGILL", "time-out after 30.0 s", "skipped: reason", "rig fault: reason".
 * Caller frees. */
gchar *outcome_describe(const Outcome *outcome);

#endif
