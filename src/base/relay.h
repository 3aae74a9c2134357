/*
 * relay - stands between a debugger and the stub of an emulator or guest that it debugs through.
 *
 * The debugger's side is a socket from the start, so that it can be started whenever it suits; the
 * stub's is connected to as soon as there is one. What runs below the stub is not to be believed: a
 * program that has taken it over could ask the debugger for files of this host ("File-I/O Remote
 * Protocol Extension", gdb's manual), so the first packet that does ends the connection.
 */
#ifndef BASE_RELAY_H
#define BASE_RELAY_H

#include <gio/gio.h>

typedef struct Relay Relay;

/* Stops what the stub debugs, where a stub does not listen while that runs. */
typedef void (*RelayInterrupt)(gpointer data);

/* Listens for one debugger at the path, which is a new socket. Error (rig) where there can be none,
 * or gdb would not take it for one: it is too long, or has a colon. */
Relay *relay_new(const gchar *path, GError **error);

/* Hangs up on both, and removes the socket. */
void relay_free(Relay *relay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Relay, relay_free)

/* Connects to the stub's socket, which need not be there yet. interrupt may be NULL: then the stub
 * is asked. Returns at once. */
void relay_reach(Relay *relay, const gchar *stub, RelayInterrupt interrupt, gpointer data);

/* What the stub debugs has ended, or will in no time: when all that it said is passed on, hangs up
 * on the debugger. interrupt is not called any more. */
void relay_leave(Relay *relay);

/* Interrupts, as a debugger would, so many seconds after the debugger has first let something run.
 */
void relay_interrupt_after(Relay *relay, gdouble seconds);

/* Waits until a debugger has come and gone, or there is no stub any more. */
void relay_wait(Relay *relay, GCancellable *cancellable);

/* Has a debugger heard of the stub? */
gboolean relay_met(Relay *relay);

#endif
