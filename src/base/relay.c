#include "base/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/reach.h"
#include "base/talk.h"
#include "base/write.h"

enum {
	AGAIN = 10,    /* milliseconds between two tries to reach the stub */
	INTERRUPT = 3, /* the byte by which a debugger asks for it, outside of packets */
};

struct Relay {
	gchar *path;
	GThread *thread;
	int wake; /* tells the thread that something below the mutex has changed */
	int gone; /* can be read when the thread has ended */

	/* The thread's own. */
	int listener, debugger, stub; /* -1: not there, yet or any more */
	Talk talk;
	gboolean wanted;     /* an interrupt, as soon as it can be */
	gint64 interrupt_at; /* monotonic time; 0: not */

	GMutex mutex; /* guards what follows */
	gchar *target;
	RelayInterrupt interrupt;
	gpointer data;
	gint64 allowed; /* microseconds of running until it is interrupted; 0: any */
	gboolean left, closed, met;
};

static void shut(int *file)
{
	if (*file >= 0)
		close(*file);
	*file = -1;
}

static void reach(Relay *relay)
{
	g_autofree gchar *target = NULL;

	g_mutex_lock(&relay->mutex);
	target = g_strdup(relay->target);
	g_mutex_unlock(&relay->mutex);
	if (target && relay->stub < 0)
		relay->stub = reach_socket(target);
}

static void take_debugger(Relay *relay)
{
	relay->debugger = accept4(relay->listener, NULL, NULL, SOCK_CLOEXEC);
	if (relay->debugger >= 0)
		shut(&relay->listener);
}

static gboolean both_there(const Relay *relay)
{
	return relay->debugger >= 0 && relay->stub >= 0;
}

/* A stub that a signal has to reach loses its connection when that comes while it listens
 * (QEMU 7.2, gdb_handlesig): not before it runs. */
static void interrupt(Relay *relay)
{
	struct pollfd said = {.fd = relay->stub, .events = POLLIN};

	if (!relay->wanted || relay->talk.state != TALK_RUNNING || poll(&said, 1, 0))
		return;
	relay->wanted = FALSE;
	g_mutex_lock(&relay->mutex);
	if (relay->interrupt)
		relay->interrupt(relay->data);
	else
		send_all(relay->stub, &(guchar){INTERRUPT}, 1);
	g_mutex_unlock(&relay->mutex);
}

/* Leaves what is to be passed on: how many bytes. */
static gsize take_interrupts(Relay *relay, guchar *bytes, gsize count)
{
	gsize kept = 0;

	for (gsize i = 0; i < count; i++)
		if (talk_debugger(&relay->talk, bytes[i]))
			relay->wanted = TRUE;
		else
			bytes[kept++] = bytes[i];
	return kept;
}

static gboolean is_fit_to_hear(Relay *relay, const guchar *bytes, gsize count)
{
	for (gsize i = 0; i < count; i++)
		if (!talk_stub(&relay->talk, bytes[i]))
			return FALSE;
	return TRUE;
}

static gboolean hear_debugger(Relay *relay)
{
	guchar bytes[4096];
	ssize_t count = read(relay->debugger, bytes, sizeof bytes);

	if (count < 0 && errno == EINTR)
		return TRUE;
	return count > 0 &&
	       send_all(relay->stub, bytes, take_interrupts(relay, bytes, (gsize)count));
}

static gboolean hear_stub(Relay *relay)
{
	guchar bytes[4096];
	ssize_t count = read(relay->stub, bytes, sizeof bytes);

	if (count < 0 && errno == EINTR)
		return TRUE;
	if (count <= 0 || !is_fit_to_hear(relay, bytes, (gsize)count))
		return FALSE;
	g_mutex_lock(&relay->mutex);
	relay->met = TRUE;
	g_mutex_unlock(&relay->mutex);
	return send_all(relay->debugger, bytes, (gsize)count);
}

/* Milliseconds until there is something to do although nobody says anything; -1: for ever. *over:
 * there is nothing to wait for. */
static int patience(Relay *relay, gboolean *over)
{
	gint64 left = -1;

	g_mutex_lock(&relay->mutex);
	*over = relay->closed || (relay->left && !both_there(relay));
	if (relay->target && relay->stub < 0)
		left = AGAIN;
	if (relay->allowed && relay->talk.state == TALK_RUNNING) {
		relay->interrupt_at = g_get_monotonic_time() + relay->allowed;
		relay->allowed = 0;
	}
	g_mutex_unlock(&relay->mutex);
	if (relay->interrupt_at)
		left = MAX(relay->interrupt_at - g_get_monotonic_time(), 0) / 1000;
	if (!left) {
		relay->wanted = TRUE;
		relay->interrupt_at = 0;
	}
	return (int)MIN(left, G_MAXINT);
}

static void clear_wake(int wake)
{
	eventfd_t count;

	eventfd_read(wake, &count);
}

/* FALSE: it is over. */
static gboolean step(Relay *relay)
{
	gboolean both, over;
	int milliseconds = patience(relay, &over);
	struct pollfd polled[4];

	if (over)
		return FALSE;
	interrupt(relay);
	reach(relay);
	both = both_there(relay);
	polled[0] = (struct pollfd){.fd = relay->wake, .events = POLLIN};
	polled[1] = (struct pollfd){.fd = relay->listener, .events = POLLIN};
	polled[2] = (struct pollfd){.fd = both ? relay->debugger : -1, .events = POLLIN};
	polled[3] = (struct pollfd){.fd = both ? relay->stub : -1, .events = POLLIN};
	if (poll(polled, 4, milliseconds) < 0)
		return errno == EINTR;
	if (polled[0].revents)
		clear_wake(relay->wake);
	if (polled[1].revents)
		take_debugger(relay);
	return (!polled[3].revents || hear_stub(relay)) &&
	       (!polled[2].revents || hear_debugger(relay));
}

static gpointer serve(gpointer data)
{
	Relay *relay = data;

	while (step(relay))
		;
	shut(&relay->listener);
	shut(&relay->debugger);
	shut(&relay->stub);
	eventfd_write(relay->gone, 1);
	return NULL;
}

static int listen_at(const gchar *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	if (file >= 0 &&
	    (bind(file, (struct sockaddr *)&address, sizeof address) || listen(file, 1)))
		shut(&file);
	return file;
}

Relay *relay_new(const gchar *path, GError **error)
{
	gsize room = sizeof((struct sockaddr_un *)NULL)->sun_path;
	Relay *relay;
	int listener;

	if (strlen(path) >= room || strchr(path, ':')) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "'%s' cannot be a debugger's socket: its name has more than %zu bytes, "
			    "or a colon; name another cache with XDG_CACHE_HOME",
			    path, room - 1);
		return NULL;
	}
	listener = listen_at(path);
	if (listener < 0) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot listen at '%s': %s",
			    path, g_strerror(errno));
		return NULL;
	}
	relay = g_new0(Relay, 1);
	relay->path = g_strdup(path);
	relay->listener = listener;
	relay->debugger = relay->stub = -1;
	relay->wake = eventfd(0, EFD_CLOEXEC);
	relay->gone = eventfd(0, EFD_CLOEXEC);
	g_mutex_init(&relay->mutex);
	relay->thread = g_thread_new("relay", serve, relay);
	return relay;
}

static void lock(Relay *relay)
{
	g_mutex_lock(&relay->mutex);
}

/* And lets the thread see what has changed. */
static void unlock(Relay *relay)
{
	g_mutex_unlock(&relay->mutex);
	eventfd_write(relay->wake, 1);
}

void relay_free(Relay *relay)
{
	if (!relay)
		return;
	lock(relay);
	relay->closed = TRUE;
	unlock(relay);
	g_thread_join(relay->thread);
	unlink(relay->path);
	close(relay->wake);
	close(relay->gone);
	g_mutex_clear(&relay->mutex);
	g_free(relay->target);
	g_free(relay->path);
	g_free(relay);
}

void relay_reach(Relay *relay, const gchar *stub, RelayInterrupt function, gpointer data)
{
	lock(relay);
	g_free(relay->target);
	relay->target = g_strdup(stub);
	relay->interrupt = function;
	relay->data = data;
	unlock(relay);
}

void relay_leave(Relay *relay)
{
	lock(relay);
	relay->interrupt = NULL;
	relay->left = TRUE;
	unlock(relay);
}

void relay_interrupt_after(Relay *relay, gdouble seconds)
{
	lock(relay);
	relay->allowed = (gint64)(seconds * G_USEC_PER_SEC);
	unlock(relay);
}

void relay_wait(Relay *relay, GCancellable *cancellable)
{
	GPollFD polled[2] = {{.fd = relay->gone, .events = G_IO_IN}, {.fd = -1}};

	g_cancellable_make_pollfd(cancellable, &polled[1]);
	while (g_poll(polled, 2, -1) < 0 && errno == EINTR)
		;
	g_cancellable_release_fd(cancellable);
}

gboolean relay_met(Relay *relay)
{
	gboolean met;

	g_mutex_lock(&relay->mutex);
	met = relay->met;
	g_mutex_unlock(&relay->mutex);
	return met;
}
