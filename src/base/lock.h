/*
 * lock - waits for a file that another rig may have locked.
 */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <gio/gio.h>

typedef void (*LockWaits)(gpointer data);

/* Opens the file, which is made where there is none, and locks it for as long as the descriptor is
 * open, here or in a child; two descriptors of one process wait for each other, too. waits (may be
 * NULL) is called once where it has to wait. -1 and error: (rig), or cancelled. */
int lock_take(const gchar *path, LockWaits waits, gpointer data, GCancellable *cancellable,
	      GError **error);

/* The same at once, or -1 without an error where another one has the lock. */
int lock_try(const gchar *path);

#endif
