/*
 * guest - one running guest: started, spoken to, frozen, ended.
 *
 * A guest is used by one thread. Every failure here is the rig's (error rig), and says what the
 * guest's console said last.
 */
#ifndef SYS_GUEST_H
#define SYS_GUEST_H

#include <gio/gio.h>

#include "sys/domain.h"
#include "sys/host.h"
#include "sys/wire.h"

typedef struct Guest Guest;

/* Starts a guest: domain says how, but for its name, emulator and port, which are found here; its
 * console is a file of ours also where QEMU runs elsewhere. The template is rig/domain.xml. state:
 * a snapshot's device state, open for reading, with DOMAIN_PRIVATE memory; -1: the guest boots. */
Guest *guest_start(Host *host, const gchar *template, const DomainSpec *domain, int state,
		   GError **error);

/* Starts the guest again that guest_save() wrote to that file of the daemon's machine; there can be
 * one at a time. */
Guest *guest_restore(Host *host, const gchar *name, const Profile *profile, const gchar *save,
		     const gchar *console, GError **error);

/* Kills it. *max_rss: the peak of what it took of this host's memory, KiB, 0 where unknown; may
 * be NULL. */
void guest_end(Guest *guest, guint64 *max_rss);

/* Waits until qemu-guest-agent answers, at most so many seconds; cancellable may be NULL. */
gboolean guest_await_agent(Guest *guest, gdouble seconds, GCancellable *cancellable,
			   GError **error);

/* Gives the guest's program an order (closed), and every piece of its answer to piece, the last
 * one, "end", too. At most so many seconds, from now to the end; the first piece must come within
 * GUEST_ANSWER. */
gboolean guest_ask(Guest *guest, const GByteArray *order, gdouble seconds, WirePiece piece,
		   gpointer data, GCancellable *cancellable, GError **error);
enum { GUEST_ANSWER = 30 };

/* Stops it for good and writes the state of its devices to the file; its memory is in its own file
 * (DOMAIN_SHARED). */
gboolean guest_freeze(Guest *guest, int state, GError **error);

/* Stops it for good and has libvirt write all of it to that file of the daemon's machine. */
gboolean guest_save(Guest *guest, const gchar *save, GError **error);

/* The socket of its debug port, owned by the guest; NULL where QEMU runs elsewhere. */
const gchar *guest_debug_socket(const Guest *guest);

/* Its name and its libvirt domain, owned by the guest. */
const gchar *guest_name(const Guest *guest);
virDomainPtr guest_domain(const Guest *guest);

#endif
