/*
 * reach - connects to a socket in a folder, however long its path is.
 */
#ifndef BASE_REACH_H
#define BASE_REACH_H

#include <glib.h>

/* A descriptor, or -1 where nobody listens there. */
int reach_socket(const gchar *path);

#endif
