/*
 * guestpath - finds a file that the program saw on this host.
 */
#ifndef INSPECT_GUESTPATH_H
#define INSPECT_GUESTPATH_H

#include <glib.h>

#include "inspect/core.h"

/* The regular file that this path meant to the program, or NULL. Symbolic links and ".." are
 * followed as the program would have seen them: an absolute link inside a mapped folder is looked
 * up through the map again. Caller frees. */
gchar *guestpath_find(const PathMap *map, const gchar *guest);

#endif
