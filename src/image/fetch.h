/*
 * fetch - Debian's arm64 packages, unpacked into one tar by mmdebstrap, with none of their scripts
 * run. It needs no root, no chroot and no arm64 emulation.
 */
#ifndef IMAGE_FETCH_H
#define IMAGE_FETCH_H

#include <gio/gio.h>

#include "model/recipe.h"

/* The file in the tar with a line "NAME VERSION" for each package. */
#define FETCH_PACKAGES "packages.list"

/* The command that writes the tar; it needs room in folder. Free with g_strfreev(). */
gchar **fetch_command(const Recipe *recipe, const gchar *folder, const gchar *tar);

/* Runs it; what it prints goes to the file log. It holds the descriptor lock, too, so that whoever
 * waits for that waits for its end, whatever becomes of us. Error (usage) where Debian does not
 * have what the recipe asks for, else (rig). */
gboolean fetch(const Recipe *recipe, const gchar *folder, const gchar *tar, const gchar *log,
	       int lock, GCancellable *cancellable, GError **error);

#endif
