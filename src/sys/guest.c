#include "sys/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <libvirt/libvirt-qemu.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "sys/console.h"
#include "sys/migration.h"
#include "sys/port.h"
#include "sys/pump.h"

enum { AGENT_ANSWER = 20 }; /* seconds that the agent has for one answer */

struct Guest {
	Host *host;
	HostDomain *watched;
	virDomainPtr domain;
	gchar *profile;
	gchar *console;     /* its file, or NULL */
	gchar *socket;      /* of the run port; NULL: it is reached through libvirt */
	gchar *debug;       /* of the debug port, or NULL */
	Port *port;         /* NULL: not opened yet */
	Pump *console_pump; /* what copies the console, where it comes through libvirt; or NULL */

	/* QEMU, where it is our child; else 0, -1 and NULL. */
	GPid pid;
	int process;
	GThread *reaper;
	struct rusage usage; /* once it is reaped */
};

/* What went wrong, and what the guest said last. */
static void fail(const Guest *guest, GError **error, const gchar *what)
{
	g_autofree gchar *words = console_last_words(guest->console);

	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "the guest with %s %s%s%s",
		    guest->profile, what, words ? "; its console's last lines: " : "",
		    words ? words : "");
}

/* It runs when this returns: to connect to a port before that would be lost on it. */
static gboolean thaw(const Guest *guest, int state, GError **error)
{
	if (!migration_load(guest->domain, state, error))
		return FALSE;
	if (!virDomainResume(guest->domain))
		return TRUE;
	host_error(error, "the guest cannot be resumed");
	return FALSE;
}

static Guest *new_guest(Host *host, const gchar *name, const Profile *profile, const gchar *console)
{
	Guest *guest = g_new0(Guest, 1);

	guest->host = host;
	guest->watched = host_watch(host, name);
	guest->profile = g_strdup(profile->name);
	guest->console = g_strdup(console);
	guest->process = -1;
	return guest;
}

/* The console of a guest elsewhere is copied to a file of ours as it speaks. */
static gboolean follow_console(Guest *guest, GError **error)
{
	int file = open(guest->console, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
	virStreamPtr stream =
		file < 0 ? NULL : virStreamNew(guest->host->connection, VIR_STREAM_NONBLOCK);

	if (stream && !virDomainOpenConsole(guest->domain, NULL, stream, 0)) {
		guest->console_pump = pump_new(stream, file);
		return TRUE;
	}
	host_error(error, "the guest's console cannot be followed");
	if (stream)
		virStreamFree(stream);
	if (file >= 0)
		close(file);
	return FALSE;
}

static gboolean create(Guest *guest, const gchar *xml, gboolean paused, GError **error)
{
	guint flags = paused ? VIR_DOMAIN_START_PAUSED : 0;
	g_autofree gchar *doing = NULL;

	if (guest->host->pool)
		flags |= VIR_DOMAIN_START_AUTODESTROY;
	guest->domain = virDomainCreateXML(guest->host->connection, xml, flags);
	if (guest->domain)
		return TRUE;
	doing = g_strdup_printf("a guest with %s cannot be started", guest->profile);
	host_error(error, doing);
	return FALSE;
}

static gpointer reap(gpointer data)
{
	Guest *guest = data;

	while (wait4(guest->pid, NULL, 0, &guest->usage) < 0 && errno == EINTR)
		;
	return NULL;
}

/* Reaped as soon as it ends: libvirt waits long for one that is still there, and tells of it only
 * then. */
static void adopt(Guest *guest)
{
	guest->pid = host_process(guest->host, guest->watched->name);
	guest->process = guest->pid ? pidfd_open(guest->pid, 0) : -1;
	if (guest->process >= 0)
		guest->reaper = g_thread_new("reaper", reap, guest);
}

static gboolean start(Guest *guest, const gchar *xml, int state, GError **error)
{
	if (!create(guest, xml, state >= 0, error))
		return FALSE;
	if (guest->host->pool)
		return !guest->console || follow_console(guest, error);
	adopt(guest);
	return state < 0 || thaw(guest, state, error);
}

Guest *guest_start(Host *host, const gchar *template, const DomainSpec *domain, int state,
		   GError **error)
{
	static gint count;
	int number = g_atomic_int_add(&count, 1);
	g_autofree gchar *prefix = host->pool ? pool_prefix() : g_strdup("rig");
	g_autofree gchar *name = g_strdup_printf("%s-%d", prefix, number);
	Guest *guest = new_guest(host, name, domain->profile, domain->console);
	DomainSpec own = *domain;
	g_autofree gchar *xml = NULL;

	if (!host->pool) {
		guest->socket = g_strdup_printf("%s/%d", host->folder, number);
		guest->debug = g_strdup_printf("%s/%d.debug", host->folder, number);
	}
	own.name = name;
	own.emulator = host->qemu ? host->qemu->path : NULL;
	own.port = guest->socket;
	own.debug = guest->debug;
	own.console = host->pool ? NULL : domain->console;
	xml = domain_xml(template, &own, error);
	if (xml && start(guest, xml, state, error))
		return guest;
	guest_end(guest, NULL);
	return NULL;
}

Guest *guest_restore(Host *host, const gchar *name, const Profile *profile, const gchar *save,
		     const gchar *console, GError **error)
{
	Guest *guest = new_guest(host, name, profile, console);

	if (!virDomainRestore(host->connection, save))
		guest->domain = virDomainLookupByName(host->connection, name);
	if (!guest->domain)
		host_error(error, "the guest's snapshot cannot be restored");
	else if (follow_console(guest, error))
		return guest;
	guest_end(guest, NULL);
	return NULL;
}

static void kill_domain(Guest *guest)
{
	if (guest->reaper)
		pidfd_send_signal(guest->process, SIGKILL, NULL, 0);
	else if (guest->domain)
		virDomainDestroy(guest->domain);
}

void guest_end(Guest *guest, guint64 *max_rss)
{
	/* Killed here it is gone at once; libvirt would ask first and look again later. */
	kill_domain(guest);
	if (guest->reaper)
		g_thread_join(guest->reaper);
	if (max_rss)
		*max_rss = (guint64)guest->usage.ru_maxrss;
	if (guest->process >= 0)
		close(guest->process);
	port_close(guest->port);
	pump_free(guest->console_pump);
	if (guest->domain)
		virDomainFree(guest->domain);
	if (guest->socket)
		unlink(guest->socket);
	if (guest->debug)
		unlink(guest->debug);
	host_unwatch(guest->host, guest->watched);
	g_free(guest->profile);
	g_free(guest->console);
	g_free(guest->socket);
	g_free(guest->debug);
	g_free(guest);
}

static void wake(GCancellable *cancellable, gpointer data)
{
	Host *host = data;

	(void)cancellable;
	g_mutex_lock(&host->mutex);
	g_cond_broadcast(&host->changed);
	g_mutex_unlock(&host->mutex);
}

/* Until the agent has opened its port, or what makes that impossible. */
static void await_port(const Guest *guest, gint64 until, GCancellable *cancellable)
{
	Host *host = guest->host;
	gulong handler =
		cancellable ? g_cancellable_connect(cancellable, G_CALLBACK(wake), host, NULL) : 0;

	g_mutex_lock(&host->mutex);
	while (!guest->watched->agent && !guest->watched->ended &&
	       !g_cancellable_is_cancelled(cancellable))
		if (!g_cond_wait_until(&host->changed, &host->mutex, until))
			break;
	g_mutex_unlock(&host->mutex);
	g_cancellable_disconnect(cancellable, handler);
}

gboolean guest_await_agent(Guest *guest, gdouble seconds, GCancellable *cancellable, GError **error)
{
	gint64 until = g_get_monotonic_time() + (gint64)(seconds * G_USEC_PER_SEC);
	g_autofree gchar *reply = NULL;

	await_port(guest, until, cancellable);
	if (g_cancellable_set_error_if_cancelled(cancellable, error))
		return FALSE;
	if (guest->watched->ended) {
		fail(guest, error, "ended while it booted");
		return FALSE;
	}
	if (!guest->watched->agent) {
		fail(guest, error, "did not boot in time: no agent");
		return FALSE;
	}
	reply = virDomainQemuAgentCommand(guest->domain, "{\"execute\": \"guest-ping\"}",
					  AGENT_ANSWER, 0);
	if (reply)
		return TRUE;
	fail(guest, error, "boots, but its agent does not answer");
	return FALSE;
}

static gboolean open_port(Guest *guest, GError **error)
{
	if (!guest->port)
		guest->port = guest->socket ? port_connect(guest->socket)
					    : port_tunnel(guest->domain, "org.a64rig.run.0");
	if (guest->port)
		return TRUE;
	fail(guest, error, "cannot be reached");
	return FALSE;
}

static gboolean send_order(Guest *guest, const GByteArray *order, GError **error)
{
	if (port_send(guest->port, order->data, order->len))
		return TRUE;
	fail(guest, error, "ended");
	return FALSE;
}

/* The answer as it comes in. */
typedef struct {
	WirePiece piece;
	gpointer data;
	gboolean begun, ended;
} Answer;

static gboolean take_piece(const gchar *name, const guint8 *bytes, gsize length, gpointer data,
			   GError **error)
{
	Answer *answer = data;

	answer->begun = TRUE;
	answer->ended |= g_str_equal(name, "end");
	return answer->piece(name, bytes, length, answer->data, error);
}

/* TRUE: there is something to read. */
static gboolean await_bytes(Guest *guest, gint64 until, const gchar *late,
			    GCancellable *cancellable, GError **error)
{
	GPollFD polled[2] = {{.fd = port_file(guest->port), .events = G_IO_IN}, {.fd = -1}};
	gint64 left;
	gint count = 0;

	g_cancellable_make_pollfd(cancellable, &polled[1]);
	do {
		left = until - g_get_monotonic_time();
		if (left > 0)
			count = g_poll(polled, 2, (gint)MIN(left / 1000 + 1, G_MAXINT));
	} while (left > 0 && count <= 0);
	g_cancellable_release_fd(cancellable);
	if (g_cancellable_set_error_if_cancelled(cancellable, error))
		return FALSE;
	if (left > 0)
		return TRUE;
	fail(guest, error, late);
	return FALSE;
}

static gboolean read_some(Guest *guest, Wire *wire, GError **error)
{
	guint8 bytes[65536];
	ssize_t count = read(port_file(guest->port), bytes, sizeof bytes);

	if (count > 0)
		return wire_feed(wire, bytes, (gsize)count, error);
	if (count < 0 && (errno == EINTR || errno == EAGAIN))
		return TRUE;
	fail(guest, error, "ended in the middle");
	return FALSE;
}

gboolean guest_ask(Guest *guest, const GByteArray *order, gdouble seconds, WirePiece piece,
		   gpointer data, GCancellable *cancellable, GError **error)
{
	gint64 now = g_get_monotonic_time();
	gint64 until = now + (gint64)(seconds * G_USEC_PER_SEC);
	gint64 first = MIN(until, now + (gint64)GUEST_ANSWER * G_USEC_PER_SEC);
	Answer answer = {.piece = piece, .data = data};
	g_autoptr(Wire) wire = wire_new(take_piece, &answer);

	if (!open_port(guest, error) || !send_order(guest, order, error))
		return FALSE;
	while (!answer.ended)
		if (!await_bytes(guest, answer.begun ? until : first,
				 answer.begun ? "hangs" : "does not answer", cancellable, error) ||
		    !read_some(guest, wire, error))
			return FALSE;
	return TRUE;
}

gboolean guest_freeze(Guest *guest, int state, GError **error)
{
	g_clear_pointer(&guest->port, port_close);
	if (!virDomainSuspend(guest->domain))
		return migration_save(guest->domain, state, error);
	host_error(error, "the guest cannot be stopped");
	return FALSE;
}

gboolean guest_save(Guest *guest, const gchar *save, GError **error)
{
	g_clear_pointer(&guest->port, port_close);
	if (!virDomainSave(guest->domain, save))
		return TRUE;
	host_error(error, "the guest cannot be saved");
	return FALSE;
}

const gchar *guest_debug_socket(const Guest *guest)
{
	return guest->debug;
}

const gchar *guest_name(const Guest *guest)
{
	return guest->watched->name;
}

virDomainPtr guest_domain(const Guest *guest)
{
	return guest->domain;
}
