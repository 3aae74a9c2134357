#include "sys/system.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"
#include "sys/disk.h"
#include "sys/evidence.h"
#include "sys/order.h"
#include "sys/snapshot.h"

enum { GRACE = 30 }; /* seconds beyond a run's own deadline, for the guest to say so */

typedef struct {
	Engine engine;
	const Paths *paths;
	SystemOptions options;
	Image *image;
	Host *host;
	gchar *version;
	gchar *template;
	Disk *disk;
	GMutex mutex;          /* guards what follows */
	GHashTable *snapshots; /* profile's name to Snapshot */
	GHashTable *idle;      /* profile's name to GPtrArray of Guest, with options.share */
	GCond released;        /* a guest is free, or gone */
} SystemEngine;

static gboolean check(Engine *engine, const Profile *profile, GError **error)
{
	SystemEngine *self = (SystemEngine *)engine;

	if (!self->host->qemu || qemu_has_model(self->host->qemu, profile->model))
		return domain_fits(profile, self->image, error);
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
		    "profile '%s' needs the CPU model '%s', which %s does not have", profile->name,
		    profile->model, self->host->qemu->version);
	return FALSE;
}

static gchar *domain(Engine *engine, const Profile *profile, GError **error)
{
	SystemEngine *self = (SystemEngine *)engine;
	g_autofree gchar *name = g_strdup_printf("a64rig-%s", profile->name);
	DomainSpec spec = {.name = name,
			   .profile = profile,
			   .emulator = self->host->qemu ? self->host->qemu->path : NULL,
			   .root = self->image->root,
			   .kernel = self->image->kernel,
			   .initrd = self->image->initrd,
			   .data = "DATA",
			   .console = "CONSOLE"};

	return domain_xml(self->template, &spec, error);
}

static gchar **path_map(Engine *engine, const RunSpec *spec)
{
	SystemEngine *self = (SystemEngine *)engine;
	g_autoptr(GStrvBuilder) map = g_strv_builder_new();
	g_autofree gchar *program = g_path_get_basename(spec->program);
	g_autofree gchar *seen = g_build_filename(ENGINE_CASE, program, NULL);

	g_strv_builder_add_many(map, seen, spec->program, NULL);
	for (const gchar *const *file = spec->files; *file; file++) {
		g_autofree gchar *base = g_path_get_basename(*file);
		g_autofree gchar *guest = g_build_filename(ENGINE_SUBJECT, base, NULL);

		g_strv_builder_add_many(map, guest, *file, NULL);
	}
	g_strv_builder_add_many(map, "/", self->image->sysroot, NULL);
	return g_strv_builder_end(map);
}

static SnapshotSpec snapshot_spec(const SystemEngine *self, const Profile *profile)
{
	return (SnapshotSpec){.host = self->host,
			      .folder = self->paths->snapshots,
			      .template = self->template,
			      .profile = profile,
			      .image = self->image,
			      .data = self->disk->path};
}

static gboolean make_disk(SystemEngine *self, const RunSpec *specs, guint count, GError **error)
{
	g_autoptr(GPtrArray) files = g_ptr_array_new();

	for (guint i = 0; i < count; i++) {
		g_ptr_array_add(files, (gpointer)specs[i].program);
		for (const gchar *const *file = specs[i].files; *file; file++)
			g_ptr_array_add(files, (gpointer)*file);
	}
	g_ptr_array_add(files, NULL);
	self->disk = disk_new(self->paths->disks, (const gchar *const *)files->pdata, error);
	return self->disk != NULL;
}

/* One profile's snapshot, in a thread of its own. */
typedef struct {
	SystemEngine *self;
	SnapshotSpec spec;
	GCancellable *cancellable;
	GThread *thread;
	GError *error;
} Boot;

static gpointer boot(gpointer data)
{
	Boot *job = data;
	Snapshot *snapshot = snapshot_open(&job->spec, job->cancellable, &job->error);

	if (!snapshot)
		return NULL;
	g_mutex_lock(&job->self->mutex);
	g_hash_table_insert(job->self->snapshots, g_strdup(job->spec.profile->name), snapshot);
	g_mutex_unlock(&job->self->mutex);
	return NULL;
}

static GPtrArray *profiles_of(const RunSpec *specs, guint count)
{
	GPtrArray *profiles = g_ptr_array_new();

	for (guint i = 0; i < count; i++)
		if (!g_ptr_array_find(profiles, specs[i].profile, NULL))
			g_ptr_array_add(profiles, (gpointer)specs[i].profile);
	return profiles;
}

/* All at once: a guest that boots keeps one processor busy. */
static gboolean boot_all(SystemEngine *self, const GPtrArray *profiles, EngineNews news,
			 gpointer data, GCancellable *cancellable, GError **error)
{
	g_autofree Boot *jobs = g_new0(Boot, profiles->len);
	GError *first = NULL;

	for (guint i = 0; i < profiles->len; i++) {
		jobs[i] = (Boot){.self = self,
				 .spec = snapshot_spec(self, g_ptr_array_index(profiles, i)),
				 .cancellable = cancellable};
		jobs[i].spec.news = news;
		jobs[i].spec.news_data = data;
		jobs[i].thread = g_thread_new("boot", boot, &jobs[i]);
	}
	for (guint i = 0; i < profiles->len; i++) {
		g_thread_join(jobs[i].thread);
		if (first)
			g_clear_error(&jobs[i].error);
		else
			first = g_steal_pointer(&jobs[i].error);
	}
	if (first)
		g_propagate_error(error, first);
	return !first;
}

static gboolean prepare(Engine *engine, const RunSpec *specs, guint count, EngineNews news,
			gpointer data, GCancellable *cancellable, GError **error)
{
	SystemEngine *self = (SystemEngine *)engine;
	g_autoptr(GPtrArray) profiles = profiles_of(specs, count);

	return make_disk(self, specs, count, error) &&
	       boot_all(self, profiles, news, data, cancellable, error);
}

/* A guest that waits for work, or NULL. */
static Guest *take_idle(SystemEngine *self, const Profile *profile)
{
	GPtrArray *idle = g_hash_table_lookup(self->idle, profile->name);

	return idle && idle->len ? g_ptr_array_steal_index_fast(idle, idle->len - 1) : NULL;
}

static void put_idle(SystemEngine *self, const Profile *profile, Guest *guest)
{
	GPtrArray *idle = g_hash_table_lookup(self->idle, profile->name);

	if (!idle) {
		idle = g_ptr_array_new();
		g_hash_table_insert(self->idle, g_strdup(profile->name), idle);
	}
	g_ptr_array_add(idle, guest);
}

static Guest *thaw(SystemEngine *self, const RunSpec *spec, const Snapshot *snapshot,
		   GError **error)
{
	g_autofree gchar *console = g_build_filename(spec->folder, "console", NULL);
	SnapshotSpec start = snapshot_spec(self, spec->profile);

	return snapshot_thaw(snapshot, &start, console, error);
}

static void forget(SystemEngine *self, const Profile *profile)
{
	Snapshot *snapshot = g_hash_table_lookup(self->snapshots, profile->name);

	snapshot->guests--;
	g_cond_broadcast(&self->released);
}

/* One that waits for work, or a fresh one; where there can be but one, when it is free. */
static Guest *take_guest(SystemEngine *self, const RunSpec *spec, GError **error)
{
	Snapshot *snapshot;
	Guest *guest;

	g_mutex_lock(&self->mutex);
	snapshot = g_hash_table_lookup(self->snapshots, spec->profile->name);
	while (!(guest = take_idle(self, spec->profile)) && snapshot->save && snapshot->guests)
		g_cond_wait(&self->released, &self->mutex);
	if (!guest)
		snapshot->guests++;
	g_mutex_unlock(&self->mutex);
	if (guest)
		return guest;
	guest = thaw(self, spec, snapshot, error);
	if (guest)
		return guest;
	g_mutex_lock(&self->mutex);
	forget(self, spec->profile);
	g_mutex_unlock(&self->mutex);
	return NULL;
}

static void release(SystemEngine *self, const RunSpec *spec, Guest *guest, Outcome *outcome)
{
	gboolean again = self->options.share && outcome->kind != OUTCOME_RIG_FAULT;

	if (!again)
		guest_end(guest, &outcome->max_rss);
	g_mutex_lock(&self->mutex);
	if (again) {
		put_idle(self, spec->profile, guest);
		g_cond_broadcast(&self->released);
	} else {
		forget(self, spec->profile);
	}
	g_mutex_unlock(&self->mutex);
}

static void run_in(Guest *guest, const RunSpec *spec, const GByteArray *order,
		   GCancellable *cancellable, Outcome *outcome)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Evidence) evidence = evidence_new(spec->folder, &error);
	gint64 start = g_get_monotonic_time();
	gboolean answered = evidence && guest_ask(guest, order, spec->timeout + GRACE,
						  evidence_take, evidence, cancellable, &error);

	outcome->seconds = (g_get_monotonic_time() - start) / (gdouble)G_USEC_PER_SEC;
	if (evidence)
		evidence_conclude(evidence, spec->profile, outcome);
	if (answered)
		return;
	outcome_end(
		outcome, OUTCOME_RIG_FAULT,
		g_strdup(g_cancellable_is_cancelled(cancellable) ? "interrupted" : error->message));
}

static Outcome *run(Engine *engine, const RunSpec *spec, GCancellable *cancellable)
{
	SystemEngine *self = (SystemEngine *)engine;
	g_autoptr(Outcome) outcome = outcome_new(spec->profile->name);
	g_autoptr(GByteArray) order = order_for_run(spec, self->disk);
	g_autoptr(GError) error = NULL;
	Guest *guest = NULL;

	outcome->folder = g_strdup(spec->folder);
	if (order_write(order, spec->folder, &error))
		guest = take_guest(self, spec, &error);
	if (guest) {
		run_in(guest, spec, order, cancellable, outcome);
		release(self, spec, guest, outcome);
	} else {
		outcome_end(outcome, OUTCOME_RIG_FAULT, g_strdup(error->message));
	}
	if (!outcome_passed(outcome) && path_is_full(spec->folder))
		outcome_end(outcome, OUTCOME_RIG_FAULT,
			    g_strdup_printf("no space left on the disk of '%s'", spec->folder));
	return g_steal_pointer(&outcome);
}

static void end_idle(gpointer guests)
{
	GPtrArray *idle = guests;

	for (guint i = 0; i < idle->len; i++)
		guest_end(g_ptr_array_index(idle, i), NULL);
	g_ptr_array_unref(idle);
}

static void free_snapshot(gpointer snapshot)
{
	snapshot_free(snapshot);
}

static void close_engine(Engine *engine)
{
	SystemEngine *self = (SystemEngine *)engine;

	g_hash_table_unref(self->idle);
	g_hash_table_unref(self->snapshots);
	disk_free(self->disk);
	host_close(self->host);
	image_free(self->image);
	g_mutex_clear(&self->mutex);
	g_cond_clear(&self->released);
	g_free(self->template);
	g_free(self->version);
	g_free(self);
}

Engine *system_engine_new(const Paths *paths, const SystemOptions *options, Image *image,
			  GError **error)
{
	SystemEngine *self = g_new0(SystemEngine, 1);

	self->engine = (Engine){.name = "system",
				.check = check,
				.domain = domain,
				.prepare = prepare,
				.path_map = path_map,
				.run = run,
				.close = close_engine};
	self->paths = paths;
	self->options = *options;
	self->image = image;
	g_mutex_init(&self->mutex);
	g_cond_init(&self->released);
	self->snapshots = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_snapshot);
	self->idle = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, end_idle);
	self->template = g_build_filename(paths->data, "rig", "domain.xml", NULL);
	self->host = host_open(paths, options->uri, options->pool, error);
	if (!self->host) {
		close_engine(&self->engine);
		return NULL;
	}
	self->version = g_strdup_printf("%s, image %s %.12s", self->host->version, image->name,
					image->digest);
	self->engine.version = self->version;
	self->engine.program = self->host->qemu ? self->host->qemu->path : "";
	return &self->engine;
}
