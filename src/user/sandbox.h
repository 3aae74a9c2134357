/*
 * sandbox - the walls around a program: bubblewrap's and a64rig-launch's arguments.
 *
 * Inside there is no network, no process but the program's own, none of the user's files: of the
 * host only /usr (read-only) for QEMU's own libraries, the sysroot, the program, the subject's
 * files, and the run's folder, the only place that can be written. When the rig dies, or the
 * program ends, everything inside dies. See bwrap(1), a64rig(1) "SANDBOX".
 */
#ifndef USER_SANDBOX_H
#define USER_SANDBOX_H

#include "model/engine.h"

enum {
	SANDBOX_MEMORY = 16384,   /* MiB of address space where a case states none: programs such as
				     Node.js reserve much and use little */
	SANDBOX_FILE = 2048,      /* MiB, the largest file */
	SANDBOX_CORE = 1024,      /* MiB, the largest core */
	SANDBOX_PROCESSES = 1024, /* processes and threads */
	SANDBOX_USERS = 1 << 30,  /* where the rig is root each run has a user and group of its own,
				     from here on: the kernel counts processes by user */
};

/* As the emulator sees them. */
#define SANDBOX_PLUGIN  "/rig/plugin.so"
#define SANDBOX_SYSROOT "/sysroot"

typedef struct {
	const gchar *launch; /* a64rig-launch on this host */
	const gchar *plugin; /* of the emulator, to be seen as SANDBOX_PLUGIN; NULL: none */
	const gchar *bwrap;  /* bubblewrap's program; NULL: no sandbox, limits only */
} Sandbox;

/* What a run starts with: all up to and with "--", to be followed by the emulator's own argv. The
 * paths that the program is to see are ENGINE_*, or without bubblewrap those of this host. */
void sandbox_command(const Sandbox *sandbox, const RunSpec *spec, const gchar *emulator,
		     GStrvBuilder *argv);

/* What the walls of all programs have in common: no network, no process but the program's own, no
 * rights; nothing of the host's files as yet. */
void sandbox_walls(const Sandbox *sandbox, GStrvBuilder *argv);

/* The emulator's path as seen from inside. Caller frees. */
gchar *sandbox_emulator(const Sandbox *sandbox, const gchar *emulator);

/* Does bubblewrap work here? Error (rig) with what it said, and the way out. */
gboolean sandbox_check(const Sandbox *sandbox, GError **error);

#endif
