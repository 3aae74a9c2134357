/*
 * exec - one program on the baseline in this process's place, and where it dies of SIGILL, why.
 */
#ifndef RUN_EXEC_H
#define RUN_EXEC_H

#include "model/finding.h"
#include "run/request.h"

/* Nothing is owned. */
typedef struct {
	const Paths *paths;
	const gchar *baseline, *reference; /* profile names */
	const gchar *sysroot;              /* NULL: the prepared one */
	gchar **bound;                     /* folders that the program may write to; or NULL */
	gboolean sandbox;
	gboolean compare; /* run the reference, too, where that can be done */
} ExecRequest;

/* What is told while the program has not been started yet. */
typedef void (*ExecNotice)(const gchar *text);

/* words: the program and its arguments. It is run on the baseline with this process's own files,
 * environment, folder, terminal and signals (user/pass.h). Where it dies of SIGILL and standard
 * input can be read again, it is run on the reference, too, with its output thrown away. The one
 * finding that is returned:
 *
 * baseline         reference     verdict
 * exit 0           not run       ok
 * exit 77          not run       skipped
 * SIGILL           run           as judge/judge.h has it
 * SIGILL           not run       flagged by an instruction of an extension, else inconclusive
 * anything else    not run       inconclusive
 *
 * Error (usage): no such program or profile, not for arm64, a sysroot that does not fit; (rig). The
 * process must have no other threads. */
Results *exec_run(const ExecRequest *request, gchar **words, ExecNotice notice, GError **error);

/* Asks QEMU for its version, for a record. Error (rig). */
gboolean exec_complete(Results *results, GError **error);

#endif
