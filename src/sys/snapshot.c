#include "sys/snapshot.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/lock.h"
#include "base/seal.h"
#include "base/tree.h"
#include "sys/places.h"

enum {
	ROOM = 192,  /* MiB: what a booted guest has touched, and half as much again */
	BOOT = 120,  /* seconds until the agent must answer */
	SETTLE = 60, /* seconds that the guest's program may take to settle */
};

static const DomainSpec unnamed = {.name = "",
				   .root = "",
				   .kernel = "",
				   .initrd = "",
				   .data = "",
				   .ram = "",
				   .port = "",
				   .debug = "",
				   .console = "",
				   .memory = DOMAIN_SHARED};

/* A digest of all that the snapshot depends on. */
static gchar *key_of(const SnapshotSpec *spec, GError **error)
{
	const gchar *emulator = spec->host->qemu->path;
	DomainSpec domain = unnamed;
	g_autofree gchar *xml = NULL;
	g_autofree gchar *text = NULL;
	g_autofree gchar *sum = NULL;
	GStatBuf status = {0};

	domain.profile = spec->profile;
	xml = domain_xml(spec->template, &domain, error);
	if (!xml)
		return NULL;
	g_stat(emulator, &status);
	text = g_strdup_printf("%s\n%s %lld %lld\n%s\n%s", spec->host->version, emulator,
			       (long long)status.st_size, (long long)status.st_mtime,
			       spec->image->digest, xml);
	sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
	return g_strndup(sum, 16);
}

static void tell(const SnapshotSpec *spec, const gchar *what)
{
	g_autofree gchar *news = g_strdup_printf("%s %s", what, spec->profile->name);

	if (spec->news)
		spec->news(news, spec->news_data);
}

static gboolean fail(GError **error, const gchar *what, const gchar *path)
{
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot %s '%s': %s", what, path,
		    g_strerror(errno));
	return FALSE;
}

static void tell_of_wait(gpointer spec)
{
	tell(spec, "waiting for another rig, which boots");
}

static gboolean take_settled(const gchar *name, const guint8 *bytes, gsize length, gpointer data,
			     GError **error)
{
	g_autofree gchar *said = g_strndup((const gchar *)bytes, length);

	(void)data;
	if (!g_str_equal(name, "end") || g_str_equal(said, "settled"))
		return TRUE;
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "the guest does not settle: %s", said);
	return FALSE;
}

/* What nearly every case reads: it is then in the page cache of every guest. */
static gboolean settle(Guest *guest, GCancellable *cancellable, GError **error)
{
	static const gchar *const warm[] = {
		"/lib/ld-linux-aarch64.so.1",           "/lib/aarch64-linux-gnu/libc.so.6",
		"/lib/aarch64-linux-gnu/libm.so.6",     "/usr/lib/aarch64-linux-gnu/libstdc++.so.6",
		"/lib/aarch64-linux-gnu/libgcc_s.so.1", "/lib/ld-musl-aarch64.so.1",
	};
	g_autoptr(GByteArray) order = order_new("settle");

	for (guint i = 0; i < G_N_ELEMENTS(warm); i++)
		order_add(order, "warm", warm[i]);
	order_close(order);
	return guest_ask(guest, order, SETTLE, take_settled, NULL, cancellable, error);
}

static gboolean freeze(Guest *guest, const Snapshot *made, GError **error)
{
	int file = open(made->state, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	gboolean frozen;

	if (file < 0)
		return fail(error, "write", made->state);
	frozen = guest_freeze(guest, file, error);
	close(file);
	return frozen;
}

static DomainSpec domain_of(const SnapshotSpec *spec, const Places *places, const gchar *console,
			    const Snapshot *snapshot, DomainMemory memory)
{
	return (DomainSpec){.profile = spec->profile,
			    .root = places->root,
			    .kernel = places->kernel,
			    .initrd = places->initrd,
			    .data = places->data,
			    .console = console,
			    .memory = memory,
			    .ram = snapshot->ram};
}

/* A guest that is ready to be frozen. */
static Guest *boot(const SnapshotSpec *spec, const DomainSpec *domain, GCancellable *cancellable,
		   GError **error)
{
	Guest *guest;

	tell(spec, "booting");
	guest = guest_start(spec->host, spec->template, domain, -1, error);
	if (!guest)
		return NULL;
	if (guest_await_agent(guest, BOOT, cancellable, error) && settle(guest, cancellable, error))
		return guest;
	guest_end(guest, NULL);
	return NULL;
}

/* QEMU wants a kernel to load, and drops it again before the memory is there (hw/core/loader.c,
 * rom_reset). The real one would be 27 MB to read for each run. */
static const gchar filler[4096];

static gboolean boot_and_freeze(const SnapshotSpec *spec, const Snapshot *made,
				const gchar *console, GCancellable *cancellable, GError **error)
{
	g_auto(Places) places = {0};
	DomainSpec domain;
	gboolean frozen;
	Guest *guest;

	if (!places_fill(&places, spec->host, spec->image, spec->data, error))
		return FALSE;
	domain = domain_of(spec, &places, console, made, DOMAIN_SHARED);
	guest = boot(spec, &domain, cancellable, error);
	if (!guest)
		return FALSE;
	frozen = freeze(guest, made, error);
	guest_end(guest, NULL);
	return frozen && g_file_set_contents(made->filler, filler, sizeof filler, error) &&
	       seal_write(made->ram, error) && seal_write(made->state, error);
}

/* A daemon's guests end with the rig, restored ones too: the guest sees to that itself. */
static Snapshot *save_there(const SnapshotSpec *spec, GCancellable *cancellable, GError **error)
{
	g_autofree gchar *base =
		g_strdup_printf("%s.%s.console", spec->profile->name, spec->image->name);
	g_autofree gchar *console = g_build_filename(spec->folder, base, NULL);
	g_autoptr(Snapshot) snapshot = g_new0(Snapshot, 1);
	g_auto(Places) places = {0};
	DomainSpec domain;
	gboolean saved;
	Guest *guest;

	unlink(console);
	if (!places_fill(&places, spec->host, spec->image, spec->data, error))
		return NULL;
	domain = domain_of(spec, &places, console, snapshot, DOMAIN_ANONYMOUS);
	domain.words = "a64rig.once";
	guest = boot(spec, &domain, cancellable, error);
	if (!guest)
		return NULL;
	snapshot->name = g_strdup(guest_name(guest));
	snapshot->save = pool_reserve(spec->host->pool, spec->profile->name, error);
	saved = snapshot->save && guest_save(guest, snapshot->save, error);
	guest_end(guest, NULL);
	return saved ? g_steal_pointer(&snapshot) : NULL;
}

static Snapshot *in_folder(const gchar *folder)
{
	Snapshot *snapshot = g_new0(Snapshot, 1);

	snapshot->ram = g_build_filename(folder, "ram", NULL);
	snapshot->state = g_build_filename(folder, "state", NULL);
	snapshot->filler = g_build_filename(folder, "filler", NULL);
	return snapshot;
}

/* A guest whose memory does not fit there dies without a word. */
static gboolean has_room(const gchar *folder, GError **error)
{
	if (path_room(folder) >= (guint64)ROOM << 20)
		return TRUE;
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
		    "no space left on the disk of '%s' for a snapshot, which takes up to %d MiB; "
		    "make room, or name another cache with XDG_CACHE_HOME",
		    folder, ROOM);
	return FALSE;
}

/* In a folder beside, which is renamed when it is complete. */
static gboolean make(const SnapshotSpec *spec, const gchar *stem, const gchar *folder,
		     GCancellable *cancellable, GError **error)
{
	g_autofree gchar *making = g_strconcat(stem, ".making", NULL);
	g_autofree gchar *console = g_strconcat(stem, ".console", NULL);
	g_autoptr(Snapshot) made = in_folder(making);

	tree_remove(folder);
	tree_remove(making);
	unlink(console);
	if (g_mkdir(making, 0700))
		return fail(error, "make", making);
	if (!has_room(making, error) || !boot_and_freeze(spec, made, console, cancellable, error)) {
		tree_remove(making);
		return FALSE;
	}
	return !g_rename(making, folder) || fail(error, "rename", making);
}

/* Snapshots of the same profile and image that something has changed for. */
static void drop_others(const gchar *parent, const gchar *stem, const gchar *folder)
{
	g_autoptr(GDir) dir = g_dir_open(parent, 0, NULL);
	const gchar *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree gchar *path = g_build_filename(parent, name, NULL);
		const gchar *rest = g_str_has_prefix(path, stem) ? path + strlen(stem) : "";

		if (g_str_has_prefix(rest, ".key-") && !g_str_equal(path, folder))
			tree_remove(path);
	}
}

static gboolean whole(const Snapshot *snapshot)
{
	return g_file_test(snapshot->filler, G_FILE_TEST_EXISTS) && seal_holds(snapshot->state) &&
	       seal_holds(snapshot->ram);
}

static Snapshot *open_here(const SnapshotSpec *spec, GCancellable *cancellable, GError **error)
{
	g_autofree gchar *base = g_strdup_printf("%s.%s", spec->profile->name, spec->image->name);
	g_autofree gchar *stem = g_build_filename(spec->folder, base, NULL);
	g_autofree gchar *lock_path = g_strconcat(stem, ".lock", NULL);
	g_autofree gchar *key = key_of(spec, error);
	g_autofree gchar *folder = g_strconcat(stem, ".key-", key, NULL);
	g_autoptr(Snapshot) snapshot = in_folder(folder);
	int held =
		key ? lock_take(lock_path, tell_of_wait, (gpointer)spec, cancellable, error) : -1;
	gboolean fine;

	if (held < 0)
		return NULL;
	fine = whole(snapshot) || make(spec, stem, folder, cancellable, error);
	if (fine)
		drop_others(spec->folder, stem, folder);
	close(held);
	return fine ? g_steal_pointer(&snapshot) : NULL;
}

Snapshot *snapshot_open(const SnapshotSpec *spec, GCancellable *cancellable, GError **error)
{
	if (!g_mkdir_with_parents(spec->folder, 0700))
		return spec->host->pool ? save_there(spec, cancellable, error)
					: open_here(spec, cancellable, error);
	fail(error, "make", spec->folder);
	return NULL;
}

void snapshot_free(Snapshot *snapshot)
{
	if (!snapshot)
		return;
	g_free(snapshot->ram);
	g_free(snapshot->state);
	g_free(snapshot->filler);
	g_free(snapshot->save);
	g_free(snapshot->name);
	g_free(snapshot);
}

static Guest *thaw_here(const Snapshot *snapshot, const SnapshotSpec *spec, const gchar *console,
			GError **error)
{
	int state = open(snapshot->state, O_RDONLY | O_CLOEXEC);
	g_auto(Places) places = {0};
	Guest *guest = NULL;

	if (state < 0) {
		fail(error, "read", snapshot->state);
		return NULL;
	}
	if (places_fill(&places, spec->host, spec->image, spec->data, error)) {
		DomainSpec domain = domain_of(spec, &places, console, snapshot, DOMAIN_PRIVATE);

		domain.kernel = domain.initrd = snapshot->filler;
		domain.plugin = spec->plugin;
		guest = guest_start(spec->host, spec->template, &domain, state, error);
	}
	close(state);
	return guest;
}

Guest *snapshot_thaw(const Snapshot *snapshot, const SnapshotSpec *spec, const gchar *console,
		     GError **error)
{
	if (!snapshot->save)
		return thaw_here(snapshot, spec, console, error);
	return guest_restore(spec->host, snapshot->name, spec->profile, snapshot->save, console,
			     error);
}
