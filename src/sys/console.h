/*
 * console - what a guest's kernel and init wrote to its serial line.
 */
#ifndef SYS_CONSOLE_H
#define SYS_CONSOLE_H

#include <glib.h>

/* The last lines of the file, in one, from the kernel's panic on where there was one: what can be
 * shown behind "its console's last lines: ". NULL where there are none. Caller frees. */
gchar *console_last_words(const gchar *path);

#endif
