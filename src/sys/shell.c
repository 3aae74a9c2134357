#include "sys/shell.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "sys/disk.h"
#include "sys/guest.h"
#include "sys/places.h"

enum { END_OF_FILE = 4 }; /* Ctrl-D, by which a terminal says so */

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
	return g_strdup_printf("quiet a64rig.shell a64rig.term=%s a64rig.size=%ux%u",
			       shell->term && *shell->term ? shell->term : "dumb", shell->rows,
			       shell->columns);
}

/* The guest's console and where it goes. */
typedef struct {
	const Shell *shell;
	virStreamPtr stream;
	GCancellable *ended; /* when the guest has */
} Wires;

static gpointer copy_out(gpointer data)
{
	Wires *wires = data;
	gchar bytes[4096];
	int count;

	while ((count = virStreamRecv(wires->stream, bytes, sizeof bytes)) > 0)
		for (int done = 0; done < count;) {
			ssize_t now = write(wires->shell->out, bytes + done, (gsize)(count - done));

			if (now < 0 && errno != EINTR)
				break;
			done += now > 0 ? (int)now : 0;
		}
	g_cancellable_cancel(wires->ended);
	return NULL;
}

static gboolean send_all(virStreamPtr stream, const gchar *bytes, gsize length)
{
	while (length) {
		int count = virStreamSend(stream, bytes, length);

		if (count < 0)
			return FALSE;
		bytes += count;
		length -= (gsize)count;
	}
	return TRUE;
}

/* FALSE: there is nothing more to come. */
static gboolean copy_some(Wires *wires)
{
	gchar bytes[1024] = {END_OF_FILE};
	ssize_t count = read(wires->shell->in, bytes, sizeof bytes);

	if (count < 0 && errno == EINTR)
		return TRUE;
	if (count > 0 && wires->shell->escape &&
	    memchr(bytes, wires->shell->escape, (gsize)count)) {
		g_cancellable_cancel(wires->ended);
		return FALSE;
	}
	return send_all(wires->stream, bytes, count > 0 ? (gsize)count : 1) && count > 0;
}

/* Until the guest has ended or is to end. */
static void copy_in(Wires *wires, GCancellable *cancellable)
{
	GPollFD polled[3] = {{.fd = -1}, {.fd = -1}, {.fd = wires->shell->in, .events = G_IO_IN}};
	guint count = 3;

	g_cancellable_make_pollfd(wires->ended, &polled[0]);
	g_cancellable_make_pollfd(cancellable, &polled[1]);
	while (!g_cancellable_is_cancelled(wires->ended) &&
	       !g_cancellable_is_cancelled(cancellable)) {
		g_poll(polled, count, -1);
		if (count == 3 && polled[2].revents && !copy_some(wires))
			count = 2;
	}
	g_cancellable_release_fd(wires->ended);
	g_cancellable_release_fd(cancellable);
}

static gboolean attach(const Shell *shell, Host *host, Guest *guest, GCancellable *cancellable,
		       GError **error)
{
	g_autoptr(GCancellable) ended = g_cancellable_new();
	Wires wires = {.shell = shell, .stream = virStreamNew(host->connection, 0), .ended = ended};
	GThread *thread;

	if (!wires.stream || virDomainOpenConsole(guest_domain(guest), NULL, wires.stream,
						  VIR_DOMAIN_CONSOLE_FORCE)) {
		host_error(error, "the guest's console cannot be opened");
		if (wires.stream)
			virStreamFree(wires.stream);
		return FALSE;
	}
	thread = g_thread_new("console", copy_out, &wires);
	copy_in(&wires, cancellable);
	guest_kill(guest);
	g_thread_join(thread);
	virStreamAbort(wires.stream);
	virStreamFree(wires.stream);
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
