/*
 * snapshot - a booted guest of one profile and one image, frozen: what every run starts from.
 *
 * A folder with the guest's memory, a file that each guest maps privately, and the state of its
 * devices. It is bound to QEMU, libvirt, the profile, the image and the domain's template by its
 * name, which ends with a digest of all of them; one for which any of these has changed is not
 * found again, and removed. Several rigs may use one at the same time; one alone makes it.
 *
 * Where a libvirt daemon runs the guests, it saves and restores them whole, for this rig alone.
 */
#ifndef SYS_SNAPSHOT_H
#define SYS_SNAPSHOT_H

#include "model/engine.h"
#include "model/image.h"
#include "sys/guest.h"

typedef struct {
	gchar *ram;    /* the memory's file */
	gchar *state;  /* of the devices */
	gchar *filler; /* instead of the kernel, which lies in memory already */
	gchar *save;   /* instead of both, where a daemon runs the guests: libvirt's file there */
	gchar *name;   /* of its domain: there can be one guest at a time */
	guint guests;  /* how many there are; for the owner to count */
} Snapshot;

/* Nothing is owned. */
typedef struct {
	Host *host;
	const gchar *folder;   /* that of all snapshots */
	const gchar *template; /* rig/domain.xml */
	const Profile *profile;
	const Image *image;
	const gchar *data;   /* a data disk, which the guest has while it is frozen */
	const gchar *plugin; /* of a guest that thaws: DomainSpec's, or NULL */
	EngineNews news;
	gpointer news_data;
} SnapshotSpec;

/* Finds it, verified, or boots a guest and makes it. Error (rig). */
Snapshot *snapshot_open(const SnapshotSpec *spec, GCancellable *cancellable, GError **error);
void snapshot_free(Snapshot *snapshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Snapshot, snapshot_free)

/* Starts a guest from it, its console going to that file. Error (rig). */
Guest *snapshot_thaw(const Snapshot *snapshot, const SnapshotSpec *spec, const gchar *console,
		     GError **error);

#endif
