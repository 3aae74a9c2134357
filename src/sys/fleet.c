#include "sys/fleet.h"

#include "base/error.h"

struct Fleet {
	SnapshotSpec start;
	gboolean share;
	GMutex mutex;          /* guards what follows */
	GHashTable *snapshots; /* profile's name to Snapshot */
	GHashTable *idle;      /* profile's name to GPtrArray of Guest */
	GCond released;        /* a guest is free, or gone */
};

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

Fleet *fleet_new(const SnapshotSpec *start, gboolean share)
{
	Fleet *fleet = g_new0(Fleet, 1);

	fleet->start = *start;
	fleet->share = share;
	g_mutex_init(&fleet->mutex);
	g_cond_init(&fleet->released);
	fleet->snapshots = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_snapshot);
	fleet->idle = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, end_idle);
	return fleet;
}

void fleet_free(Fleet *fleet)
{
	if (!fleet)
		return;
	g_hash_table_unref(fleet->idle);
	g_hash_table_unref(fleet->snapshots);
	g_mutex_clear(&fleet->mutex);
	g_cond_clear(&fleet->released);
	g_free(fleet);
}

/* One profile's snapshot, in a thread of its own. */
typedef struct {
	Fleet *fleet;
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
	g_mutex_lock(&job->fleet->mutex);
	g_hash_table_insert(job->fleet->snapshots, g_strdup(job->spec.profile->name), snapshot);
	g_mutex_unlock(&job->fleet->mutex);
	return NULL;
}

gboolean fleet_boot(Fleet *fleet, const GPtrArray *profiles, EngineNews news, gpointer data,
		    GCancellable *cancellable, GError **error)
{
	g_autofree Boot *jobs = g_new0(Boot, profiles->len);
	GError *first = NULL;

	for (guint i = 0; i < profiles->len; i++) {
		jobs[i] = (Boot){.fleet = fleet, .spec = fleet->start, .cancellable = cancellable};
		jobs[i].spec.profile = g_ptr_array_index(profiles, i);
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

/* A guest that waits for work, or NULL. */
static Guest *take_idle(Fleet *fleet, const Profile *profile)
{
	GPtrArray *idle = g_hash_table_lookup(fleet->idle, profile->name);

	return idle && idle->len ? g_ptr_array_steal_index_fast(idle, idle->len - 1) : NULL;
}

static void put_idle(Fleet *fleet, const Profile *profile, Guest *guest)
{
	GPtrArray *idle = g_hash_table_lookup(fleet->idle, profile->name);

	if (!idle) {
		idle = g_ptr_array_new();
		g_hash_table_insert(fleet->idle, g_strdup(profile->name), idle);
	}
	g_ptr_array_add(idle, guest);
}

static Guest *thaw(const Fleet *fleet, const Profile *profile, const Snapshot *snapshot,
		   const gchar *folder, const gchar *plugin, GError **error)
{
	g_autofree gchar *console = g_build_filename(folder, "console", NULL);
	SnapshotSpec start = fleet->start;

	start.profile = profile;
	start.plugin = plugin;
	return snapshot_thaw(snapshot, &start, console, error);
}

static void forget(Fleet *fleet, const Profile *profile)
{
	Snapshot *snapshot = g_hash_table_lookup(fleet->snapshots, profile->name);

	snapshot->guests--;
	g_cond_broadcast(&fleet->released);
}

Guest *fleet_take(Fleet *fleet, const Profile *profile, const gchar *folder, const gchar *plugin,
		  GError **error)
{
	Snapshot *snapshot;
	Guest *guest;

	g_mutex_lock(&fleet->mutex);
	snapshot = g_hash_table_lookup(fleet->snapshots, profile->name);
	while (!(guest = take_idle(fleet, profile)) && snapshot->save && snapshot->guests)
		g_cond_wait(&fleet->released, &fleet->mutex);
	if (!guest)
		snapshot->guests++;
	g_mutex_unlock(&fleet->mutex);
	if (guest)
		return guest;
	guest = thaw(fleet, profile, snapshot, folder, plugin, error);
	if (guest)
		return guest;
	g_mutex_lock(&fleet->mutex);
	forget(fleet, profile);
	g_mutex_unlock(&fleet->mutex);
	return NULL;
}

void fleet_release(Fleet *fleet, const Profile *profile, Guest *guest, gboolean fine,
		   guint64 *max_rss)
{
	gboolean again = fleet->share && fine;

	if (!again)
		guest_end(guest, max_rss);
	g_mutex_lock(&fleet->mutex);
	if (again) {
		put_idle(fleet, profile, guest);
		g_cond_broadcast(&fleet->released);
	} else {
		forget(fleet, profile);
	}
	g_mutex_unlock(&fleet->mutex);
}
