/*
 * stamp - what tells cheaply whether a file or a folder has been touched, and the digest that tells
 * for sure whether it has changed.
 */
#ifndef BASE_STAMP_H
#define BASE_STAMP_H

#include <glib.h>

/* Size, times and inode of a file; of a folder, a digest of those of all that is below. NULL where
 * something is missing. Caller frees. */
gchar *stamp(const gchar *path);

/* SHA-256 of a file's bytes; of a folder, of the paths, kinds and bytes of all that is below.
 * Error (rig). Caller frees. */
gchar *stamp_digest(const gchar *path, GError **error);

#endif
