/*
 * rounds - the starts of a target's files, each in the root file system that it wants: the target's
 * own or the prepared one; one of Debian's, for a Debian package that needs more; and one with the
 * Python that a module is for.
 */
#ifndef CHECK_ROUNDS_H
#define CHECK_ROUNDS_H

#include "artefact/target.h"
#include "check/check.h"

/* Is told of each round's results, which it may take from. */
typedef void (*RoundsResults)(Results *results, gpointer data);

/* Gives the files their findings, or the reason why they have none. path: of the target. Error
 * (rig) where the rig failed, which says nothing of the files; or cancelled. */
gboolean rounds_run(const CheckRequest *request, const TargetRequest *target, Checked *checked,
		    const gchar *path, RoundsResults take, gpointer data, GError **error);

/* Has the dynamic linker loaded the program and all that it needs? */
gboolean rounds_loaded(const Outcome *outcome);

#endif
