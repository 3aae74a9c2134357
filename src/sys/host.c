#include "sys/host.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <libvirt/virterror.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/tree.h"

/* libvirt's qemu.conf. As root, QEMU keeps root's right to read what lies in root's cache; it has
 * its seccomp sandbox in any case. Owners and labels of files are left alone. */
static const gchar configuration[] = "stdio_handler = \"file\"\n"
				     "security_driver = \"none\"\n"
				     "namespaces = []\n"
				     "cgroup_controllers = []\n"
				     "dynamic_ownership = 0\n"
				     "remember_owner = 0\n"
				     "seccomp_sandbox = 1\n";
static const gchar as_root[] = "user = \"root\"\ngroup = \"root\"\n";

void host_error(GError **error, const gchar *doing)
{
	const gchar *said = virGetLastErrorMessage();

	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "%s: %s", doing, said);
}

/* libvirt prints every error otherwise. */
static void stay_silent(void *data, virErrorPtr error)
{
	(void)data;
	(void)error;
}

/* The agent's connection to a guest that ends while it is made gives back a context that it never
 * took (libvirt, qemu_agent.c, qemuAgentDispose); GLib says so and goes on. */
static void drop_known(const gchar *domain, GLogLevelFlags level, const gchar *message,
		       gpointer data)
{
	if (!strstr(message, "g_main_context_unref: assertion 'context != NULL' failed"))
		g_log_default_handler(domain, level, message, data);
}

static gpointer run_events(gpointer data)
{
	(void)data;
	for (;;)
		if (virEventRunDefaultImpl() < 0)
			g_usleep(G_USEC_PER_SEC / 100);
	return NULL;
}

/* Once for the process: libvirt has one event loop. */
static gboolean start_events(GError **error)
{
	static gsize started;

	if (g_once_init_enter(&started)) {
		gboolean fine = !virInitialize() && !virEventRegisterDefaultImpl();

		virSetErrorFunc(NULL, stay_silent);
		g_log_set_handler("GLib", G_LOG_LEVEL_CRITICAL, drop_known, NULL);
		if (fine)
			g_thread_unref(g_thread_new("libvirt", run_events, NULL));
		g_once_init_leave(&started, fine ? 1 : 2);
	}
	if (started == 1)
		return TRUE;
	host_error(error, "libvirt cannot be started");
	return FALSE;
}

/* What libvirt learns of QEMU takes 2 s to learn and is kept; the rest of the folder is new. */
static gboolean fill_folder(const gchar *folder, const gchar *cache, GError **error)
{
	g_autofree gchar *etc = g_build_filename(folder, "etc", NULL);
	g_autofree gchar *file = g_build_filename(etc, "qemu.conf", NULL);
	g_autofree gchar *link = g_build_filename(folder, "cache", NULL);
	g_autofree gchar *text = g_strconcat(configuration, geteuid() == 0 ? as_root : "", NULL);

	if (g_mkdir_with_parents(cache, 0700)) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot make '%s': %s", cache,
			    g_strerror(errno));
		return FALSE;
	}
	if (!g_mkdir(etc, 0700) && !symlink(cache, link))
		return g_file_set_contents(file, text, -1, error);
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot make '%s': %s", folder,
		    g_strerror(errno));
	return FALSE;
}

/* The name of a socket has 107 bytes at most; libvirt's longest one in there is
 * "/a64rig-XXXXXX/lib/qemu/channel/target/domain-99999-rig-99999/org.qemu.guest_agent.0". */
enum { BASE_LENGTH = 107 - 84 };

static gchar *make_folder(const gchar *cache, GError **error)
{
	const gchar *runtime = g_getenv("XDG_RUNTIME_DIR");
	gboolean fits = runtime && strlen(runtime) <= BASE_LENGTH && !g_access(runtime, W_OK);
	const gchar *base = fits ? runtime : "/tmp";
	g_autofree gchar *folder = g_build_filename(base, "a64rig-XXXXXX", NULL);

	if (!g_mkdtemp_full(folder, 0700)) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "cannot make a folder in '%s': %s", base, g_strerror(errno));
		return NULL;
	}
	if (fill_folder(folder, cache, error))
		return g_steal_pointer(&folder);
	tree_remove(folder);
	return NULL;
}

/* The guard gets one end of a socket as its descriptor 3 and waits for it to hang up. The other end
 * is open as long as this process lives: until then threads of libvirt may write to the folder. */
static gboolean start_guard(const gchar *program, const gchar *folder, GError **error)
{
	const gchar *const argv[] = {program, folder, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t all;
	int ends[2], failure;
	GPid pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
		failure = errno;
		ends[0] = ends[1] = -1;
	} else {
		sigfillset(&all);
		posix_spawn_file_actions_init(&actions);
		posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
		posix_spawn_file_actions_adddup2(&actions, 0, 1);
		posix_spawn_file_actions_adddup2(&actions, 0, 2);
		/* Above all, so that giving it its place closes nothing of ours first. */
		posix_spawn_file_actions_adddup2(&actions, ends[1], 3);
		posix_spawn_file_actions_addclosefrom_np(&actions, 4);
		posix_spawnattr_init(&attributes);
		posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
		posix_spawnattr_setsigmask(&attributes, &all);
		failure = posix_spawn(&pid, program, &actions, &attributes, (char *const *)argv,
				      environ);
		posix_spawnattr_destroy(&attributes);
		posix_spawn_file_actions_destroy(&actions);
		close(ends[1]);
	}
	if (!failure)
		return TRUE;
	if (ends[0] >= 0)
		close(ends[0]);
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot start '%s': %s", program,
		    g_strerror(failure));
	return FALSE;
}

static void mark(Host *host, const gchar *name, glong member)
{
	g_mutex_lock(&host->mutex);
	for (guint i = 0; i < host->domains->len; i++) {
		HostDomain *domain = g_ptr_array_index(host->domains, i);

		if (g_str_equal(domain->name, name))
			G_STRUCT_MEMBER(gboolean, domain, member) = TRUE;
	}
	g_cond_broadcast(&host->changed);
	g_mutex_unlock(&host->mutex);
}

static int on_lifecycle(virConnectPtr connection, virDomainPtr domain, int event, int detail,
			void *data)
{
	Host *host = data;

	(void)connection;
	(void)detail;
	if (event == VIR_DOMAIN_EVENT_STOPPED || event == VIR_DOMAIN_EVENT_CRASHED)
		mark(host, virDomainGetName(domain), G_STRUCT_OFFSET(HostDomain, ended));
	return 0;
}

static void on_agent(virConnectPtr connection, virDomainPtr domain, int state, int reason,
		     void *data)
{
	Host *host = data;

	(void)connection;
	(void)reason;
	if (state == VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_CONNECTED)
		mark(host, virDomainGetName(domain), G_STRUCT_OFFSET(HostDomain, agent));
}

static void host_clear(void *data)
{
	Host *host = data;

	g_ptr_array_unref(host->domains);
	g_mutex_clear(&host->mutex);
	g_cond_clear(&host->changed);
}

static void host_unref(void *host)
{
	g_atomic_rc_box_release_full(host, host_clear);
}

/* An event that is on its way while the connection is closed comes after that. */
static gboolean listen_to(Host *host, int event, virConnectDomainEventGenericCallback callback)
{
	if (virConnectDomainEventRegisterAny(host->connection, NULL, event, callback,
					     g_atomic_rc_box_acquire(host), host_unref) >= 0)
		return TRUE;
	host_unref(host);
	return FALSE;
}

static gboolean connect_to(Host *host, const gchar *uri, GError **error)
{
	host->connection = virConnectOpen(uri);
	if (host->connection &&
	    listen_to(host, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
		      VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle)) &&
	    listen_to(host, VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE,
		      VIR_DOMAIN_EVENT_CALLBACK(on_agent)))
		return TRUE;
	host_error(error, "libvirt cannot be used");
	return FALSE;
}

/* libvirt starts QEMU to ask what it can do, unless the answer is kept, ends it, and waits until
 * its process is gone. As a child of ours it would stay, and libvirt would wait for 40 s. */
static void learn_of_qemu(const Host *host)
{
	free(virConnectGetDomainCapabilities(host->connection, host->qemu->path, "aarch64", "virt",
					     "qemu", 0));
}

/* As the parent of its guests the rig sees at once when one has ended, whatever the first process
 * of the machine does. */
static gboolean open_embedded(Host *host, const Paths *paths, GError **error)
{
	g_autofree gchar *uri = NULL;

	host->qemu = qemu_new(QEMU_SYSTEM, error);
	host->folder = host->qemu ? make_folder(paths->libvirt, error) : NULL;
	if (!host->folder)
		return FALSE;
	uri = g_strdup_printf("qemu:///embed?root=%s", host->folder);
	if (!start_guard(paths->guard, host->folder, error) || !connect_to(host, uri, error))
		return FALSE;
	learn_of_qemu(host);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return TRUE;
}

static gchar *versions(const Host *host)
{
	gulong libvirt = 0, qemu = 0;

	virGetVersion(&libvirt, NULL, NULL);
	if (!host->qemu)
		virConnectGetVersion(host->connection, &qemu);
	return host->qemu
		       ? g_strdup_printf("%s, libvirt %lu.%lu.%lu", host->qemu->version,
					 libvirt / 1000000, libvirt / 1000 % 1000, libvirt % 1000)
		       : g_strdup_printf("QEMU %lu.%lu.%lu, libvirt %lu.%lu.%lu", qemu / 1000000,
					 qemu / 1000 % 1000, qemu % 1000, libvirt / 1000000,
					 libvirt / 1000 % 1000, libvirt % 1000);
}

/* With a URI the guests of a rig that was killed may be left: libvirt does not end those that it
 * has restored. */
static gboolean open_daemon(Host *host, const gchar *uri, const gchar *pool, GError **error)
{
	virDomainPtr *domains = NULL;
	int count;

	if (!connect_to(host, uri, error))
		return FALSE;
	count = virConnectListAllDomains(host->connection, &domains, 0);
	for (int i = 0; i < count; i++) {
		if (pool_is_orphan(virDomainGetName(domains[i])))
			virDomainDestroy(domains[i]);
		virDomainFree(domains[i]);
	}
	free(domains);
	host->pool = pool_open(host->connection, pool, error);
	return host->pool != NULL;
}

Host *host_open(const Paths *paths, const gchar *uri, const gchar *pool, GError **error)
{
	g_autoptr(Host) host = g_atomic_rc_box_new0(Host);

	host->domains = g_ptr_array_new();
	g_mutex_init(&host->mutex);
	g_cond_init(&host->changed);
	if (!start_events(error) ||
	    !(uri ? open_daemon(host, uri, pool, error) : open_embedded(host, paths, error)))
		return NULL;
	host->version = versions(host);
	return g_steal_pointer(&host);
}

void host_close(Host *host)
{
	if (!host)
		return;
	pool_close(host->pool);
	if (host->connection)
		virConnectClose(host->connection);
	qemu_free(host->qemu);
	g_free(host->version);
	g_free(host->folder);
	host_unref(host);
}

HostDomain *host_watch(Host *host, const gchar *name)
{
	HostDomain *domain = g_new0(HostDomain, 1);

	domain->name = g_strdup(name);
	g_mutex_lock(&host->mutex);
	g_ptr_array_add(host->domains, domain);
	g_mutex_unlock(&host->mutex);
	return domain;
}

void host_unwatch(Host *host, HostDomain *domain)
{
	g_mutex_lock(&host->mutex);
	g_ptr_array_remove_fast(host->domains, domain);
	g_mutex_unlock(&host->mutex);
	g_free(domain->name);
	g_free(domain);
}

/* libvirt writes it down below the embedded driver's folder. */
GPid host_process(const Host *host, const gchar *name)
{
	g_autofree gchar *base = g_strconcat(name, ".pid", NULL);
	g_autofree gchar *path = g_build_filename(host->folder, "run", "qemu", base, NULL);
	g_autofree gchar *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? atoi(text) : 0;
}

gchar *host_place(Host *host, const gchar *path, const gchar *key, GError **error)
{
	return host->pool ? pool_place(host->pool, path, key, error) : g_strdup(path);
}
