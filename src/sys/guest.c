#include "sys/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <libvirt/libvirt-qemu.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "sys/console.h"
#include "sys/pump.h"

enum {
	AGENT_ANSWER = 20, /* seconds that the agent has for one answer */
	MIGRATION = 60,    /* seconds that loading or saving the state may take */
};

struct Guest {
	Host *host;
	HostDomain *watched;
	virDomainPtr domain;
	gchar *profile;
	gchar *console; /* its file, or NULL */
	gchar *socket;  /* of the run port; NULL: it is reached through libvirt */
	int port;       /* connected to it; -1: not yet */
	GPid pid;       /* of QEMU, where it is our child; else 0 */
	/* What comes through libvirt, or NULL. */
	Pump *port_pump, *console_pump;
};

/* What went wrong, and what the guest said last. */
static void fail(const Guest *guest, GError **error, const gchar *what)
{
	g_autofree gchar *words = console_last_words(guest->console);

	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "the guest with %s %s%s%s",
		    guest->profile, what, words ? "; its console's last lines: " : "",
		    words ? words : "");
}

static gboolean ask_qemu(const Guest *guest, const gchar *command, int file, GError **error)
{
	g_autofree gchar *reply = NULL;
	int files[1] = {file};
	int failed = file >= 0 ? virDomainQemuMonitorCommandWithFiles(guest->domain, command, 1,
								      files, NULL, NULL, &reply, 0)
			       : virDomainQemuMonitorCommand(guest->domain, command, &reply, 0);

	if (failed) {
		g_autofree gchar *doing = g_strdup_printf("QEMU cannot be asked '%s'", command);

		host_error(error, doing);
		return FALSE;
	}
	if (g_str_has_prefix(reply, "{\"return\""))
		return TRUE;
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "QEMU refuses '%s': %s", command, reply);
	return FALSE;
}

/* Memory in a file that is shared is not part of the state (QEMU, migration/ram.c,
 * ramblock_is_ignored). */
static gboolean leave_memory(const Guest *guest, GError **error)
{
	return ask_qemu(
		guest,
		"{\"execute\": \"migrate-set-capabilities\", \"arguments\": "
		"{\"capabilities\": [{\"capability\": \"x-ignore-shared\", \"state\": true}]}}",
		-1, error);
}

static gboolean pass_state(const Guest *guest, int state, const gchar *command, GError **error)
{
	return leave_memory(guest, error) &&
	       ask_qemu(guest, "{\"execute\": \"getfd\", \"arguments\": {\"fdname\": \"state\"}}",
			state, error) &&
	       ask_qemu(guest, command, -1, error);
}

/* The end of a migration that libvirt did not start is not told by an event. */
static gboolean await_migration(const Guest *guest, gulong pause, GError **error)
{
	gint64 until = g_get_monotonic_time() + (gint64)MIGRATION * G_USEC_PER_SEC;

	while (g_get_monotonic_time() < until) {
		g_autofree gchar *reply = NULL;

		if (virDomainQemuMonitorCommand(guest->domain, "{\"execute\": \"query-migrate\"}",
						&reply, 0)) {
			fail(guest, error, "ended while its state was loaded or saved");
			return FALSE;
		}
		if (strstr(reply, "\"completed\""))
			return TRUE;
		if (strstr(reply, "\"failed\""))
			break;
		g_usleep(pause);
	}
	fail(guest, error, "cannot be saved or loaded");
	return FALSE;
}

/* It runs when this returns: to connect to a port before that would be lost on it. */
static gboolean thaw(const Guest *guest, int state, GError **error)
{
	if (!pass_state(guest, state,
			"{\"execute\": \"migrate-incoming\", "
			"\"arguments\": {\"uri\": \"fd:state\"}}",
			error) ||
	    !await_migration(guest, 1000, error))
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
	guest->port = -1;
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

static gboolean start(Guest *guest, const gchar *xml, int state, GError **error)
{
	if (!create(guest, xml, state >= 0, error))
		return FALSE;
	if (guest->host->pool)
		return !guest->console || follow_console(guest, error);
	guest->pid = host_process(guest->host, guest->watched->name);
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

	if (!host->pool)
		guest->socket = g_strdup_printf("%s/%d", host->folder, number);
	own.name = name;
	own.emulator = host->qemu ? host->qemu->path : NULL;
	own.port = guest->socket;
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

/* Killed and reaped here it is gone at once; libvirt would ask first and look again later. */
static void kill_process(Guest *guest, guint64 *max_rss)
{
	struct rusage usage = {0};

	kill(guest->pid, SIGKILL);
	if (wait4(guest->pid, NULL, 0, &usage) == guest->pid && max_rss)
		*max_rss = (guint64)usage.ru_maxrss;
}

void guest_kill(Guest *guest)
{
	if (guest->pid)
		kill(guest->pid, SIGKILL);
	else if (guest->domain)
		virDomainDestroy(guest->domain);
}

void guest_end(Guest *guest, guint64 *max_rss)
{
	if (max_rss)
		*max_rss = 0;
	if (guest->pid)
		kill_process(guest, max_rss);
	else if (guest->domain)
		virDomainDestroy(guest->domain);
	pump_free(guest->port_pump);
	pump_free(guest->console_pump);
	if (guest->port >= 0)
		close(guest->port);
	if (guest->domain)
		virDomainFree(guest->domain);
	if (guest->socket)
		unlink(guest->socket);
	host_unwatch(guest->host, guest->watched);
	g_free(guest->profile);
	g_free(guest->console);
	g_free(guest->socket);
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
	gulong handler = g_cancellable_connect(cancellable, G_CALLBACK(wake), guest->host, NULL);
	Host *host = guest->host;

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
	host_error(error, "the guest's agent does not answer");
	return FALSE;
}

static gboolean connect_port(Guest *guest)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	g_strlcpy(address.sun_path, guest->socket, sizeof address.sun_path);
	guest->port = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return guest->port >= 0 &&
	       !connect(guest->port, (struct sockaddr *)&address, sizeof address);
}

static gboolean tunnel_port(Guest *guest)
{
	virStreamPtr stream = virStreamNew(guest->host->connection, VIR_STREAM_NONBLOCK);
	int ends[2];

	if (!stream || virDomainOpenChannel(guest->domain, "org.a64rig.run.0", stream, 0) ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
		if (stream)
			virStreamFree(stream);
		return FALSE;
	}
	guest->port = ends[0];
	guest->port_pump = pump_new(stream, ends[1]);
	return TRUE;
}

static gboolean open_port(Guest *guest, GError **error)
{
	if (guest->port >= 0 || (guest->socket ? connect_port(guest) : tunnel_port(guest)))
		return TRUE;
	fail(guest, error, "cannot be reached");
	return FALSE;
}

static void close_port(Guest *guest)
{
	g_clear_pointer(&guest->port_pump, pump_free);
	if (guest->port >= 0)
		close(guest->port);
	guest->port = -1;
}

static gboolean write_all(int port, const guint8 *bytes, gsize length)
{
	while (length) {
		ssize_t count = send(port, bytes, length, MSG_NOSIGNAL);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return FALSE;
		bytes += count;
		length -= (gsize)count;
	}
	return TRUE;
}

static gboolean send_order(Guest *guest, const GByteArray *order, GError **error)
{
	if (guest->port_pump ? pump_send(guest->port_pump, order->data, order->len)
			     : write_all(guest->port, order->data, order->len))
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
	GPollFD polled[2] = {{.fd = guest->port, .events = G_IO_IN}, {.fd = -1}};
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
	ssize_t count = read(guest->port, bytes, sizeof bytes);

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
	close_port(guest);
	if (virDomainSuspend(guest->domain)) {
		host_error(error, "the guest cannot be stopped");
		return FALSE;
	}
	return pass_state(guest, state,
			  "{\"execute\": \"migrate\", \"arguments\": {\"uri\": \"fd:state\"}}",
			  error) &&
	       await_migration(guest, 5000, error);
}

gboolean guest_save(Guest *guest, const gchar *save, GError **error)
{
	close_port(guest);
	if (!virDomainSave(guest->domain, save))
		return TRUE;
	host_error(error, "the guest cannot be saved");
	return FALSE;
}

const gchar *guest_name(const Guest *guest)
{
	return guest->watched->name;
}

virDomainPtr guest_domain(const Guest *guest)
{
	return guest->domain;
}
