/*
 * engine - how a profile is realised: what run/ asks of the user and of the system engine.
 */
#ifndef MODEL_ENGINE_H
#define MODEL_ENGINE_H

#include <gio/gio.h>

#include "base/relay.h"
#include "model/outcome.h"
#include "model/profile.h"

/* One run, with every file found. Nothing is owned. */
typedef struct {
	const Profile *profile;
	const gchar *program;       /* on this host; the program sees ENGINE_CASE/basename */
	const gchar *const *beside; /* further files of the case on this host, seen in ENGINE_CASE
				       too; ends with NULL */
	gchar *const *args;         /* after the program's name: args_count of them. "{case}" in
				       them is the folder of those files, "{subject}" the first of
				       the following, as the program sees them */
	guint args_count;
	const gchar *const *files; /* the subject on this host and what it needs beside it, seen in
				      ENGINE_SUBJECT; ends with NULL */
	gboolean preload_files;    /* the first of them is preloaded */
	const gchar *preload;      /* or this library of the sysroot is, or NULL */
	const gchar *sysroot;      /* on this host */
	const gchar *folder;       /* the run's own, empty, on this host; the program sees
				      ENGINE_RUN and can write nowhere else */
	gdouble timeout;           /* seconds of wall time */
	guint user;                /* where the rig is root: user and group of the program */
	guint memory;              /* MiB of address space; 0: the engine's default */
	const Profile *told;       /* the program is told of no HWCAP that this one lacks; mostly
				      the profile itself */
	const gchar *lacks;        /* extensions that the CPU model has and the profile's board
				      lacks: FEAT_ names with "+" between them; NULL: none */
	gboolean audit;            /* have the emulator write down what is executed */
	Relay *debugger;           /* through which the program is debugged, from before its first
				      instruction; or NULL */
} RunSpec;

/* Paths as the program sees them. */
#define ENGINE_CASE    "/rig/case"
#define ENGINE_SUBJECT "/rig/subject"
#define ENGINE_RUN     "/rig/run"

/* In a guest the rig's own process 1, from whose traces its instructions are left out. */
#define ENGINE_INIT "/init"

/* The arguments of a run, with the paths of its case's folder and its subject put in. Free with
 * g_strfreev(). */
gchar **engine_args(const RunSpec *spec, const gchar *folder, const gchar *subject);

/* Are libraries looked for in ENGINE_SUBJECT (LD_LIBRARY_PATH)? Where the subject is preloaded by a
 * program that knows nothing of it, or what it needs has lain in another folder than it. */
gboolean engine_searches(const RunSpec *spec);

typedef struct Engine Engine;

/* Tells what long work is being done, "booting cortex-a72"; may come from any thread. */
typedef void (*EngineNews)(const gchar *what, gpointer data);

/* One engine; each implementation has this as its first member. */
struct Engine {
	const gchar *name;    /* "user" or "system" */
	const gchar *version; /* "qemu-aarch64 7.2.22"; owned by the engine */
	const gchar *program; /* path of the emulator; owned by the engine */

	/* Can this profile be run here? Error (rig) with what is missing and the way out. */
	gboolean (*check)(Engine *self, const Profile *profile, GError **error);

	/* The exact command of a run, for --dry-run and the log. NULL where runs are not commands
	 * of this host. Free with g_strfreev(). */
	gchar **(*command)(Engine *self, const RunSpec *spec);

	/* What stands for a profile where runs are not commands, for --dry-run: the libvirt domain.
	 * NULL where command() is not. Caller frees. */
	gchar *(*domain)(Engine *self, const Profile *profile, GError **error);

	/* Makes ready what the runs share: their data disk, a guest of each profile. NULL where
	 * there is nothing. specs have no folder. Called once, before the first run(). Error (rig).
	 */
	gboolean (*prepare)(Engine *self, const RunSpec *specs, guint count, EngineNews news,
			    gpointer data, GCancellable *cancellable, GError **error);

	/* Where the program's paths are on this host: pairs of guest and host path, one after the
	 * other, as inspect/core.h wants them. Free with g_strfreev(). */
	gchar **(*path_map)(Engine *self, const RunSpec *spec);

	/* Runs it to its end, its deadline or its cancellation, and says what happened. Never
	 * fails: what goes wrong with the rig is an outcome of its own. Safe from several threads.
	 * A core that the program left is named in the outcome. */
	Outcome *(*run)(Engine *self, const RunSpec *spec, GCancellable *cancellable);

	void (*close)(Engine *self);
};

#endif
