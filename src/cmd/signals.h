/*
 * signals - a command that is asked to end by a signal does so in good order.
 */
#ifndef CMD_SIGNALS_H
#define CMD_SIGNALS_H

#include <gio/gio.h>
#include <signal.h>

/* The exit status then. */
enum { EXIT_INTERRUPTED = 128 + SIGINT };

/* From now on SIGINT, SIGTERM and SIGHUP cancel; a second one ends the command at once. To be
 * called once, before there are other threads. */
void signals_catch(GCancellable *cancellable);

/* While another program speaks to the terminal, what is typed there (SIGINT) is for that one. */
void signals_lend_terminal(gboolean lent);

#endif
