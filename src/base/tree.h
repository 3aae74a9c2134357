/*
 * tree - folders with all that is in them.
 */
#ifndef BASE_TREE_H
#define BASE_TREE_H

#include <glib.h>

/* Removes a folder and all in it, however deep and whatever its permissions, never following a
 * link; or a file. What cannot be removed stays. */
void tree_remove(const gchar *path);

/* The new folder, or file, takes the place of the old one in one step; what was there is then where
 * the new one was. Error (rig). */
gboolean tree_replace(const gchar *new, const gchar *old, GError **error);

#endif
