/*
 * paths - where things live, in a checkout and installed.
 *
 * Data (rig/, images/, cases/, scripts/) lies beside the build folder in a checkout, else under
 * PREFIX/share/a64rig; A64RIG_DATA names it outright. What the rig fetches and makes lives in
 * $XDG_CACHE_HOME/a64rig, the user's own profiles and subjects in $XDG_CONFIG_HOME/a64rig.
 */
#ifndef BASE_PATHS_H
#define BASE_PATHS_H

#include <glib.h>

typedef struct {
	gchar *data;      /* holds rig/, images/, cases/ and scripts/ */
	gchar *launch;    /* the a64rig-launch program */
	gchar *guard;     /* the a64rig-guard program */
	gchar *pass;      /* the a64rig-pass program */
	gchar *audit[2];  /* the QEMU plugin, for versions 1 and 2 of QEMU's interface */
	gchar *guests;    /* the module of guests and images */
	gchar *libvirt;   /* what libvirt has learnt of QEMU */
	gchar *snapshots; /* of booted guests */
	gchar *disks;     /* data disks of guests */
	gchar *prepared;  /* sysroot/, cases/ and subjects/ as scripts/prepare makes them */
	gchar *runs;      /* the folders of runs */
	gchar *images;    /* the guest images that have been built, a folder each */
	gchar *findings;  /* findings of earlier runs */
	gchar *packages;  /* published packages, see artefact/package.h */
	gchar *bisect;    /* what was found out about versions, and their builds */
	gchar *config;    /* the user's own rig/, subjects/ and images/ */
} Paths;

/* Fails (usage) where no data folder can be found. */
Paths *paths_new(GError **error);
void paths_free(Paths *paths);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Paths, paths_free)

/* The command that fills paths->prepared, as a user would type it. Caller frees. */
gchar *paths_prepare_command(const Paths *paths);

/* The path from the root on, without "." and "..": links are kept but where one stands before a
 * "..", which leads to where the link leads, not to where it stands. Caller frees. */
gchar *path_absolute(const gchar *path);

/* Bytes that are left on the folder's disk. */
guint64 path_room(const gchar *folder);

/* Is less than 1 MiB left there? */
gboolean path_is_full(const gchar *folder);

#endif
