/*
 * seal - says whether a file, or a folder with all that is below it, is still what it was.
 *
 * The seal of FILE is the small file FILE.seal: size, times and inode, and a SHA-256 of the
 * content. As git's index does, what has the same size, times and inode is not read again; what
 * has others is, and when the content is the same the seal is renewed.
 */
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include <glib.h>

/* Writes the seal. What is sealed must not be written to any more. Error (rig). */
gboolean seal_write(const gchar *path, GError **error);

/* FALSE where it, or its seal, is missing, unreadable or damaged. */
gboolean seal_holds(const gchar *path);

#endif
