/*
 * fleet - the guests of one invocation: a snapshot of each profile, and who has which guest.
 */
#ifndef SYS_FLEET_H
#define SYS_FLEET_H

#include "sys/snapshot.h"

typedef struct Fleet Fleet;

/* start says what all guests have in common: its profile and its news are left out, and nothing in
 * it is owned. share: guests are used again. */
Fleet *fleet_new(const SnapshotSpec *start, gboolean share);

/* Ends all guests that wait for work; no other may be left. */
void fleet_free(Fleet *fleet);

/* Gets each profile's snapshot, all at once: a guest that boots keeps one processor busy. profiles
 * is an array of const Profile. Error (rig). */
gboolean fleet_boot(Fleet *fleet, const GPtrArray *profiles, EngineNews news, gpointer data,
		    GCancellable *cancellable, GError **error);

/* A guest for a run: one that waits for work, or a fresh one, whose console goes to a file in the
 * folder. plugin: of a fresh guest's emulator, see DomainSpec. Where there can be but one, waits
 * until it is free. Error (rig). */
Guest *fleet_take(Fleet *fleet, const Profile *profile, const gchar *folder, const gchar *plugin,
		  GError **error);

/* Gives it back; one that is not fine is ended, and so are all where none are used again. *max_rss:
 * as of guest_end(); left alone where the guest lives on. */
void fleet_release(Fleet *fleet, const Profile *profile, Guest *guest, gboolean fine,
		   guint64 *max_rss);

#endif
