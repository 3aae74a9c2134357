/*
 * port - the rig's end of a guest's virtio port: a socket of QEMU's, or a stream of libvirt's where
 * QEMU runs elsewhere.
 */
#ifndef SYS_PORT_H
#define SYS_PORT_H

#include <glib.h>
#include <libvirt/libvirt.h>

typedef struct Port Port;

/* NULL where it cannot be reached. */
Port *port_connect(const gchar *socket);
Port *port_tunnel(virDomainPtr domain, const gchar *name);
void port_close(Port *port);

/* FALSE where the guest has ended. */
gboolean port_send(Port *port, const guint8 *bytes, gsize length);

/* To read from and to wait for; its end is the guest's. */
int port_file(const Port *port);

#endif
