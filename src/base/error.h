/*
 * error - what kind of failure a GError is, so that a command can choose its exit status.
 *
 * Errors of other domains (GLib's file and spawn errors) count as A64RIG_ERROR_RIG.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <glib.h>

typedef enum {
	A64RIG_ERROR_USAGE, /* the command line or an input file is wrong: exit status 2 */
	A64RIG_ERROR_RIG,   /* the rig, the emulator or the machine failed: exit status 3 */
} A64rigError;

#define A64RIG_ERROR (a64rig_error_quark())
GQuark a64rig_error_quark(void);

/* Exit statuses of every command (see a64rig(1)). */
enum {
	EXIT_EXPECTED = 0,       /* nothing unexpected */
	EXIT_UNEXPECTED = 1,     /* something flagged or not as expected */
	EXIT_USAGE = 2,          /* usage, or a bad input file */
	EXIT_RIG_FAULT = 3,      /* the rig failed */
	EXIT_CANNOT_JUDGE = 125, /* for `git bisect run`: skip this one */
};

/* EXIT_USAGE or EXIT_RIG_FAULT. */
int error_exit_status(const GError *error);

#endif
