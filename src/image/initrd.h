/*
 * initrd - what a guest starts with: our init, and the modules that it loads.
 */
#ifndef IMAGE_INITRD_H
#define IMAGE_INITRD_H

#include <glib.h>

/* Writes the cpio archive path: /init is the program, /modules what is in the folder modules.
 * Error (rig). */
gboolean initrd_make(const gchar *path, const gchar *program, const gchar *modules, GError **error);

#endif
