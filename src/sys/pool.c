#include "sys/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/host.h"

struct Pool {
	virConnectPtr connection;
	virStoragePoolPtr pool;
	GMutex mutex;       /* one file at a time */
	GHashTable *placed; /* name to path, of what this rig alone needs */
};

static gchar *host_prefix(void)
{
	return g_strdup_printf("a64rig-%s-", g_get_host_name());
}

gchar *pool_prefix(void)
{
	g_autofree gchar *host = host_prefix();

	return g_strdup_printf("%s%d", host, (int)getpid());
}

gboolean pool_is_orphan(const gchar *name)
{
	g_autofree gchar *host = host_prefix();
	gint pid;

	if (!g_str_has_prefix(name, host))
		return FALSE;
	pid = atoi(name + strlen(host));
	return pid > 0 && kill(pid, 0) && errno == ESRCH;
}

/* Of this rig, or of one that is gone. */
static void drop_volumes(Pool *pool, const gchar *prefix)
{
	virStorageVolPtr *volumes = NULL;
	int count = virStoragePoolListAllVolumes(pool->pool, &volumes, 0);

	for (int i = 0; i < count; i++) {
		const gchar *name = virStorageVolGetName(volumes[i]);

		if (prefix ? g_str_has_prefix(name, prefix) : pool_is_orphan(name))
			virStorageVolDelete(volumes[i], 0);
		virStorageVolFree(volumes[i]);
	}
	free(volumes);
}

Pool *pool_open(virConnectPtr connection, const gchar *name, GError **error)
{
	const gchar *used = name ? name : "default";
	virStoragePoolPtr found = virStoragePoolLookupByName(connection, used);
	Pool *pool;

	if (!found || virStoragePoolRefresh(found, 0)) {
		g_autofree gchar *doing = g_strdup_printf(
			"libvirt's storage pool '%s' cannot be used (make one there: virsh "
			"pool-create-as %s dir --target FOLDER; or name another with --pool)",
			used, used);

		host_error(error, doing);
		if (found)
			virStoragePoolFree(found);
		return NULL;
	}
	pool = g_new0(Pool, 1);
	pool->connection = connection;
	pool->pool = found;
	g_mutex_init(&pool->mutex);
	pool->placed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	drop_volumes(pool, NULL);
	return pool;
}

void pool_close(Pool *pool)
{
	g_autofree gchar *own = pool_prefix();
	g_autofree gchar *prefix = g_strconcat(own, "-", NULL);

	if (!pool)
		return;
	drop_volumes(pool, prefix);
	virStoragePoolFree(pool->pool);
	g_hash_table_unref(pool->placed);
	g_mutex_clear(&pool->mutex);
	g_free(pool);
}

static virStorageVolPtr create(Pool *pool, const gchar *name, guint64 size)
{
	g_autofree gchar *xml = g_markup_printf_escaped(
		"<volume><name>%s</name><capacity unit='bytes'>%" G_GUINT64_FORMAT
		"</capacity><allocation>0</allocation><target><format type='raw'/>"
		"<permissions><mode>0644</mode></permissions></target></volume>",
		name, size);

	return virStorageVolCreateXML(pool->pool, xml, 0);
}

static gboolean exists(Pool *pool, const gchar *name)
{
	virStorageVolPtr volume = virStorageVolLookupByName(pool->pool, name);

	if (volume)
		virStorageVolFree(volume);
	return volume != NULL;
}

/* Holes are not sent: libvirt asks where they are. */
static int read_file(virStreamPtr stream, char *bytes, size_t length, void *data)
{
	(void)stream;
	return (int)read(*(int *)data, bytes, length);
}

static int in_data(virStreamPtr stream, int *inside, long long *length, void *data)
{
	int file = *(int *)data;
	off_t at = lseek(file, 0, SEEK_CUR);
	off_t next = lseek(file, at, SEEK_DATA);
	off_t end = lseek(file, 0, SEEK_END);

	(void)stream;
	*inside = next == at;
	if (*inside)
		next = lseek(file, at, SEEK_HOLE);
	*length = (next < 0 ? end : next) - at;
	return lseek(file, at, SEEK_SET) < 0 ? -1 : 0;
}

static int skip(virStreamPtr stream, long long length, void *data)
{
	(void)stream;
	return lseek(*(int *)data, length, SEEK_CUR) < 0 ? -1 : 0;
}

static gboolean send_file(Pool *pool, virStorageVolPtr volume, int file, guint64 size)
{
	virStreamPtr stream = virStreamNew(pool->connection, 0);
	gboolean sent = stream &&
			!virStorageVolUpload(volume, stream, 0, size,
					     VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM) &&
			!virStreamSparseSendAll(stream, read_file, in_data, skip, &file) &&
			!virStreamFinish(stream);

	if (stream)
		virStreamFree(stream);
	return sent;
}

/* Whatever stands there half sent is replaced. */
static virStorageVolPtr upload(Pool *pool, const gchar *path, const gchar *name, GError **error)
{
	virStorageVolPtr old = virStorageVolLookupByName(pool->pool, name);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	virStorageVolPtr volume = NULL;
	struct stat status;

	if (old) {
		virStorageVolDelete(old, 0);
		virStorageVolFree(old);
	}
	if (file >= 0 && !fstat(file, &status))
		volume = create(pool, name, (guint64)status.st_size);
	if (!volume || !send_file(pool, volume, file, (guint64)status.st_size)) {
		g_autofree gchar *doing = g_strdup_printf("'%s' cannot be sent", path);

		host_error(error, doing);
		if (volume)
			virStorageVolFree(volume);
		volume = NULL;
	}
	if (file >= 0)
		close(file);
	return volume;
}

static gchar *path_of(virStorageVolPtr volume)
{
	char *path = virStorageVolGetPath(volume);
	gchar *copy = g_strdup(path);

	free(path);
	virStorageVolFree(volume);
	return copy;
}

static gchar *place_kept(Pool *pool, const gchar *path, const gchar *name, GError **error)
{
	g_autofree gchar *whole = g_strconcat(name, ".whole", NULL);
	virStorageVolPtr volume =
		exists(pool, whole) ? virStorageVolLookupByName(pool->pool, name) : NULL;
	virStorageVolPtr mark;

	if (volume)
		return path_of(volume);
	volume = upload(pool, path, name, error);
	mark = volume ? create(pool, whole, 512) : NULL;
	if (mark)
		virStorageVolFree(mark);
	return volume ? path_of(volume) : NULL;
}

static gchar *place_own(Pool *pool, const gchar *path, const gchar *name, GError **error)
{
	const gchar *placed = g_hash_table_lookup(pool->placed, name);
	virStorageVolPtr volume;

	if (placed)
		return g_strdup(placed);
	volume = upload(pool, path, name, error);
	if (!volume)
		return NULL;
	placed = path_of(volume);
	g_hash_table_insert(pool->placed, g_strdup(name), (gpointer)placed);
	return g_strdup(placed);
}

gchar *pool_place(Pool *pool, const gchar *path, const gchar *key, GError **error)
{
	g_autofree gchar *base = g_path_get_basename(path);
	g_autofree gchar *own = pool_prefix();
	g_autofree gchar *name = key ? g_strdup_printf("a64rig-%.16s-%s", key, base)
				     : g_strdup_printf("%s-%s", own, base);
	gchar *placed;

	g_mutex_lock(&pool->mutex);
	placed = key ? place_kept(pool, path, name, error) : place_own(pool, path, name, error);
	g_mutex_unlock(&pool->mutex);
	return placed;
}

gchar *pool_reserve(Pool *pool, const gchar *name, GError **error)
{
	g_autofree gchar *own = pool_prefix();
	g_autofree gchar *full = g_strdup_printf("%s-%s", own, name);
	virStorageVolPtr volume;

	g_mutex_lock(&pool->mutex);
	volume = create(pool, full, 512);
	g_mutex_unlock(&pool->mutex);
	if (volume)
		return path_of(volume);
	host_error(error, "libvirt's storage pool cannot be written");
	return NULL;
}
