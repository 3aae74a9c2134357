/*
 * pool - files of ours on the machine of a libvirt daemon: volumes of one of its storage pools.
 *
 * Volumes that are kept are named after their content, a64rig-KEY-NAME, and are found again; a
 * second volume, whose name ends with ".whole", says that the first was sent to its end. What one
 * rig alone needs is named after it, a64rig-HOST-PID-NAME, and goes with it; what a killed rig left
 * behind is removed by the next one of the same host.
 */
#ifndef SYS_POOL_H
#define SYS_POOL_H

#include <glib.h>
#include <libvirt/libvirt.h>

typedef struct Pool Pool;

/* The pool's name; NULL: "default". Error (rig) says how one is made. */
Pool *pool_open(virConnectPtr connection, const gchar *name, GError **error);

/* Removes what is this rig's alone. */
void pool_close(Pool *pool);

/* Where the file is on that machine; it is sent when it is not there. key says what is in it; NULL:
 * it is for this rig alone. Error (rig). Safe from several threads. Caller frees. */
gchar *pool_place(Pool *pool, const gchar *path, const gchar *key, GError **error);

/* A path for a file that libvirt itself is to write there, for this rig alone. Caller frees. */
gchar *pool_reserve(Pool *pool, const gchar *name, GError **error);

/* What begins the names of what is this rig's alone, domains too: "a64rig-HOST-PID". */
gchar *pool_prefix(void);

/* Does the name belong to a rig of this host that is gone? */
gboolean pool_is_orphan(const gchar *name);

#endif
