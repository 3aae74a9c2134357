/*
 * tree - folders with all that is in them.
 */
#ifndef BASE_TREE_H
#define BASE_TREE_H

#include <glib.h>

/* Removes a folder and all in it, however deep and whatever its permissions, never following a
 * link; or a file. What cannot be removed stays. */
void tree_remove(const gchar *path);

#endif
