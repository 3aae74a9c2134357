/*
 * write - write(2), until all is written.
 */
#ifndef BASE_WRITE_H
#define BASE_WRITE_H

#include <glib.h>

/* FALSE, with errno, where the file does not take all of it. */
gboolean write_all(int file, gconstpointer bytes, gsize length);

/* The same for a socket; one whose other end is gone raises no SIGPIPE. */
gboolean send_all(int socket, gconstpointer bytes, gsize length);

#endif
