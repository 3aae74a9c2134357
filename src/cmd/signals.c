#include "cmd/signals.h"

#include <unistd.h>

static gint terminal_lent;

void signals_lend_terminal(gboolean lent)
{
	g_atomic_int_set(&terminal_lent, lent);
}

static void await(const sigset_t *signals)
{
	int signal;

	do {
		sigwait(signals, &signal);
	} while (signal == SIGINT && g_atomic_int_get(&terminal_lent));
}

/* Waits for a signal that asks to end, and passes it on. A second one ends the rig at once: what it
 * runs dies with it. */
static gpointer watch_signals(gpointer data)
{
	sigset_t *signals = ((gpointer *)data)[0];
	GCancellable *cancellable = ((gpointer *)data)[1];

	await(signals);
	g_cancellable_cancel(cancellable);
	await(signals);
	_exit(EXIT_INTERRUPTED);
}

void signals_catch(GCancellable *cancellable)
{
	static sigset_t signals;
	static gpointer data[2];

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	data[0] = &signals;
	data[1] = cancellable;
	g_thread_unref(g_thread_new("signals", watch_signals, data));
}
