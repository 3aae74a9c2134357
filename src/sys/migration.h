/*
 * migration - the state of a guest's devices into a file and out of it, without its memory, which
 * lies in a file of its own.
 *
 * QEMU's own migration, which libvirt is asked to pass on (QEMU, qapi/migration.json,
 * x-ignore-shared): libvirt's save and restore would take the memory along.
 */
#ifndef SYS_MIGRATION_H
#define SYS_MIGRATION_H

#include <glib.h>
#include <libvirt/libvirt.h>

/* For a domain that is suspended. Error (rig). */
gboolean migration_save(virDomainPtr domain, int state, GError **error);

/* For a domain that was started paused, to wait for its state (-incoming defer). Error (rig). */
gboolean migration_load(virDomainPtr domain, int state, GError **error);

#endif
