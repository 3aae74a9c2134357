#include "cmd/signals.h"

#include <unistd.h>

/* Waits for a signal that asks to end, and passes it on. A second one ends the rig at once: what it
 * runs dies with it. */
static gpointer watch_signals(gpointer data)
{
	sigset_t *signals = ((gpointer *)data)[0];
	GCancellable *cancellable = ((gpointer *)data)[1];
	int signal;

	sigwait(signals, &signal);
	g_cancellable_cancel(cancellable);
	sigwait(signals, &signal);
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
