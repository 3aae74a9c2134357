/*
 * user - the user engine: one qemu-aarch64 process for one run.
 */
#ifndef USER_USER_H
#define USER_USER_H

#include "base/paths.h"
#include "model/engine.h"

/* Finds QEMU, and with sandbox bubblewrap, and tries whether it works. Error (rig) with the way
 * out. Close with engine->close(). */
Engine *user_engine_new(const Paths *paths, gboolean sandbox, GError **error);

/* What a64rig-launch reported and the program wrote, to an outcome's kind; see launch/launch.c.
 * report is one line, "" where nothing was reported; outcome->out, err and core are set. */
void user_map_end(Outcome *outcome, const gchar *report);

#endif
