/*
 * host - the machine that guests run on, through libvirt.
 *
 * By default that is this one, and libvirt's QEMU driver runs inside the rig
 * (qemu:///embed?root=..., libvirt's drvqemu.html, "Embedded driver"): no daemon, no root. Its
 * folder is a new one below XDG_RUNTIME_DIR or /tmp, short enough for the names of sockets, and
 * goes when the rig ends; what libvirt finds out about QEMU stays in the cache. Embedded guests
 * would outlive a rig that is killed, since libvirt makes daemons of them: a64rig-guard, started
 * beside the rig, ends them and removes the folder.
 *
 * With a URI guests run wherever that leads to, below a libvirt daemon, which ends them when the
 * connection breaks.
 */
#ifndef SYS_HOST_H
#define SYS_HOST_H

#include <gio/gio.h>
#include <libvirt/libvirt.h>

#include "base/paths.h"
#include "base/qemu.h"
#include "sys/pool.h"

/* What happened to a domain: libvirt's events, for whoever waits. */
typedef struct {
	gchar *name;
	gboolean agent; /* qemu-guest-agent has opened its port */
	gboolean ended; /* it does not run any more */
} HostDomain;

typedef struct {
	virConnectPtr connection;
	Qemu *qemu;         /* NULL where a daemon finds its own */
	gchar *version;     /* "qemu-system-aarch64 7.2.22, libvirt 9.0.0" */
	Pool *pool;         /* where files are for the guests; NULL: they can read ours */
	gchar *folder;      /* of the embedded driver; NULL with a URI */
	GMutex mutex;       /* guards what follows */
	GCond changed;      /* signalled when one of domains has */
	GPtrArray *domains; /* of HostDomain */
} Host;

/* uri: NULL for the embedded driver; pool: with a URI, see pool.h. Error (rig) says what is
 * missing.
 */
Host *host_open(const Paths *paths, const gchar *uri, const gchar *pool, GError **error);

/* Where QEMU finds a file of ours; key says what is in it, NULL: it is for this rig alone. Error
 * (rig). Caller frees. */
gchar *host_place(Host *host, const gchar *path, const gchar *key, GError **error);

/* Ends all guests of the embedded driver. */
void host_close(Host *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Host, host_close)

/* Takes note of events of the domain with that name, from now on. Owned by the host. */
HostDomain *host_watch(Host *host, const gchar *name);
void host_unwatch(Host *host, HostDomain *domain);

/* The process of an embedded guest, which is a child of the rig's; 0 where it has none. */
GPid host_process(const Host *host, const gchar *name);

/* Sets an error (rig) from libvirt's last one in this thread: "DOING: what libvirt says". */
void host_error(GError **error, const gchar *doing);

#endif
