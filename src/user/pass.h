/*
 * pass - one program run in this process's place: with its files, environment, folder, terminal.
 *
 * Signals that this process is sent are passed on to the program, once; where the program is
 * stopped by one, so is this process. See launch/pass.c, user/view.h.
 */
#ifndef USER_PASS_H
#define USER_PASS_H

#include <glib.h>

#include "model/outcome.h"
#include "model/profile.h"
#include "user/sandbox.h"

/* Nothing is owned. Paths are absolute. */
typedef struct {
	const Sandbox *sandbox; /* launch: the a64rig-pass program; bwrap NULL: no walls */
	const gchar *emulator;
	const gchar *sysroot;
	const gchar *program; /* as the user named it: what it gets as its own name */
	const gchar *path;    /* the same, absolute */
	gchar *const *args;   /* what follows it; ends with NULL */
	gchar *const *bound;  /* folders that it may write to besides; ends with NULL */
	int core;             /* an open file that takes the core */
	gboolean silent;      /* throw its output away */
} PassSpec;

/* The whole command; report is the descriptor of a64rig-pass's socket. Error (usage) where the
 * environment holds what cannot be passed on. Free with g_strfreev(). */
gchar **pass_command(const PassSpec *spec, const Profile *profile, int report, GError **error);

/* Runs it to its end. What cannot be started is a rig fault, as everywhere. outcome->out and err
 * are empty; outcome->core is a path of spec->core where the program left a core. The process must
 * have no other threads. */
Outcome *pass_run(const PassSpec *spec, const Profile *profile, GError **error);

/* Can the program write in the working folder, as far as the sandbox goes? */
gboolean pass_keeps_folder(const PassSpec *spec);

#endif
