/*
 * disk - the root disk of an image, made by libguestfs in its appliance.
 */
#ifndef IMAGE_DISK_H
#define IMAGE_DISK_H

#include <gio/gio.h>

/* How far the work is: 0 to 1, or below 0 where nobody knows. */
typedef void (*ImageNews)(const gchar *what, gdouble fraction, gpointer data);

/* Makes the qcow2 file disk, of size MiB, with one ext4 file system on the whole of it, and unpacks
 * tar there. The file system has no journal: nothing is ever written to it again, and it can be
 * mounted read-only as it stands. Error (rig) says what is missing on this host. */
gboolean disk_make(const gchar *disk, const gchar *tar, guint size, ImageNews news, gpointer data,
		   GCancellable *cancellable, GError **error);

/* Can this machine's KVM make a virtual machine? Without it the appliance is emulated. */
gboolean disk_has_kvm(void);

#endif
