#include "sys/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/write.h"
#include "sys/disk.h"
#include "sys/guest.h"
#include "sys/places.h"
#include "sys/pump.h"

enum {
	END_OF_FILE = 4,  /* Ctrl-D, by which a terminal says so */
	END_AGAIN = 1000, /* milliseconds until it is said once more */
	BOOT = 120,       /* seconds until the agent must answer */
	CHUNK = 1024,     /* bytes that are taken in at once */
};

static DomainSpec domain_of(const Shell *shell, const gchar *words, const Places *places)
{
	return (DomainSpec){.profile = shell->profile,
			    .root = places->root,
			    .kernel = places->kernel,
			    .initrd = places->initrd,
			    .data = places->data,
			    .words = words};
}

static gchar *words_of(const Shell *shell)
{
	return g_strdup_printf("quiet a64rig.%s a64rig.term=%s a64rig.size=%ux%u",
			       shell->escape ? "shell" : "script",
			       shell->term && *shell->term ? shell->term : "dumb", shell->rows,
			       shell->columns);
}

/* A guest's console: what is sent goes into the stream, what it says comes out of the file. */
typedef struct {
	Pump *pump;
	int file;
} Console;

static void console_close(Console *console)
{
	pump_free(console->pump);
	if (console->file >= 0)
		close(console->file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Console, console_close)

static gboolean console_open(Console *console, Host *host, Guest *guest, GError **error)
{
	virStreamPtr stream = virStreamNew(host->connection, VIR_STREAM_NONBLOCK);
	int ends[2];

	if (stream && !virDomainOpenConsole(guest_domain(guest), NULL, stream, 0) &&
	    !socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
		console->file = ends[0];
		console->pump = pump_new(stream, ends[1]);
		return TRUE;
	}
	host_error(error, "the guest's console cannot be opened");
	if (stream)
		virStreamFree(stream);
	return FALSE;
}

/* FALSE: the guest has ended. */
static gboolean copy_out(const Shell *shell, const Console *console)
{
	gchar bytes[4096];
	ssize_t count = read(console->file, bytes, sizeof bytes);

	if (count > 0 && !write_all(shell->out, bytes, (gsize)count))
		return FALSE;
	return count > 0 || (count < 0 && errno == EINTR);
}

/* The guest is told of the end as a terminal would. */
static void add_end(GByteArray *typed)
{
	static const guint8 end[] = {'\n', END_OF_FILE};

	g_byte_array_append(typed, end, sizeof end);
}

/* *more becomes FALSE at the end of what is typed. FALSE: the guest is to end. */
static gboolean take(const Shell *shell, GByteArray *typed, gboolean *more)
{
	guint8 bytes[1024];
	ssize_t count = read(shell->in, bytes, sizeof bytes);

	if (count < 0 && errno == EINTR)
		return TRUE;
	*more = count > 0;
	if (*more)
		g_byte_array_append(typed, bytes, (guint)count);
	else
		add_end(typed);
	return !*more || !shell->escape || !memchr(bytes, shell->escape, (gsize)count);
}

static gboolean send_typed(const Console *console, GByteArray *typed)
{
	if (!pump_send(console->pump, typed->data, typed->len))
		return FALSE;
	g_byte_array_set_size(typed, 0);
	return TRUE;
}

/* What is typed before there is a prompt is kept until then: the guest would not hear it. */
static void copy(const Shell *shell, const Console *console, GCancellable *cancellable)
{
	GPollFD polled[3] = {{.fd = console->file, .events = G_IO_IN},
			     {.fd = -1},
			     {.fd = shell->in, .events = G_IO_IN}};
	gboolean more = TRUE, going = TRUE, heard = !shell->escape;
	g_autoptr(GByteArray) typed = g_byte_array_new();

	g_cancellable_make_pollfd(cancellable, &polled[1]);
	while (going && !g_cancellable_is_cancelled(cancellable)) {
		gint count = g_poll(polled, more ? 3 : 2, more ? -1 : END_AGAIN);

		if (count > 0 && polled[0].revents)
			going = heard = copy_out(shell, console);
		if (count > 0 && going && more && polled[2].revents)
			going = take(shell, typed, &more);
		/* A command that reads may have taken the end: the shell has to see it, too. */
		if (count == 0)
			add_end(typed);
		if (going && heard && typed->len)
			going = send_typed(console, typed);
	}
	g_cancellable_release_fd(cancellable);
}

static gboolean ignore(const gchar *name, const guint8 *bytes, gsize length, gpointer data,
		       GError **error)
{
	(void)name;
	(void)bytes;
	(void)length;
	(void)data;
	(void)error;
	return TRUE;
}

/* A guest that has not opened its console yet would not hear what is said there. A person types
 * when there is something to see. */
static gboolean await_shell(const Shell *shell, Guest *guest, GCancellable *cancellable,
			    GError **error)
{
	g_autoptr(GByteArray) order = order_new("ping");

	order_close(order);
	return shell->escape || guest_ask(guest, order, BOOT, ignore, NULL, cancellable, error);
}

static gboolean attach(const Shell *shell, Host *host, Guest *guest, GCancellable *cancellable,
		       GError **error)
{
	g_auto(Console) console = {.file = -1};

	if (!console_open(&console, host, guest, error) ||
	    !await_shell(shell, guest, cancellable, error))
		return FALSE;
	copy(shell, &console, cancellable);
	return TRUE;
}

static gchar *template_of(const Shell *shell)
{
	return g_build_filename(shell->paths->data, "rig", "domain.xml", NULL);
}

static Guest *boot(const Shell *shell, Host *host, GError **error)
{
	const gchar *const none[] = {NULL};
	g_autoptr(Disk) disk = disk_new(shell->paths->disks, none, error);
	g_autofree gchar *template = template_of(shell);
	g_autofree gchar *words = words_of(shell);
	g_auto(Places) places = {0};
	DomainSpec domain;

	if (!disk || !places_fill(&places, host, shell->image, disk->path, error))
		return NULL;
	domain = domain_of(shell, words, &places);
	return guest_start(host, template, &domain, -1, error);
}

gboolean shell_run(const Shell *shell, GCancellable *cancellable, GError **error)
{
	g_autoptr(Host) host = host_open(shell->paths, shell->uri, shell->pool, error);
	Guest *guest = host ? boot(shell, host, error) : NULL;
	gboolean fine = guest && attach(shell, host, guest, cancellable, error);

	if (guest)
		guest_end(guest, NULL);
	return fine;
}

gboolean shell_check(const Shell *shell, GError **error)
{
	return domain_fits(shell->profile, shell->image, error);
}

gchar *shell_domain(const Shell *shell, GError **error)
{
	const Places places = {.root = shell->image->root,
			       .kernel = shell->image->kernel,
			       .initrd = shell->image->initrd,
			       .data = (gchar *)"DATA"};
	g_autofree gchar *template = template_of(shell);
	g_autofree gchar *name = g_strdup_printf("a64rig-%s", shell->profile->name);
	g_autofree gchar *words = words_of(shell);
	DomainSpec domain = domain_of(shell, words, &places);

	domain.name = name;
	return domain_xml(template, &domain, error);
}
