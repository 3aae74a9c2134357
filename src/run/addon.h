/*
 * addon - the Node.js addon of a package.
 */
#ifndef RUN_ADDON_H
#define RUN_ADDON_H

#include <glib.h>

/* The path of the one addon below the folder that is for arm64 Linux and glibc. Error (usage) where
 * there is none, with what there is instead, or several; name is what the package is called. Caller
 * frees. */
gchar *addon_of(const gchar *folder, const gchar *name, const gchar *sysroot, GError **error);

#endif
