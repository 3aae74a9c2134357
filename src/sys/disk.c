#include "sys/disk.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/error.h"
#include "base/seal.h"
#include "base/tree.h"

enum { MAKE_DEADLINE = 300, KEPT_DAYS = 30 };

/* Bytes of all files together; the rest of the disk is the file system's own. */
#define CONTENT (DISK_SIZE - (G_GUINT64_CONSTANT(1) << 26))

/* NULL and error (usage) where it cannot be read, or is larger than what is left. */
static GMappedFile *map(const gchar *file, guint64 *left, GError **error)
{
	g_autoptr(GError) why = NULL;
	g_autoptr(GMappedFile) mapped = g_mapped_file_new(file, FALSE, &why);

	if (mapped && g_mapped_file_get_length(mapped) <= *left) {
		*left -= g_mapped_file_get_length(mapped);
		return g_steal_pointer(&mapped);
	}
	if (mapped)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "'%s' does not fit on a guest's data disk: programs and libraries "
			    "together can have %" G_GUINT64_FORMAT " MiB; run fewer at once",
			    file, CONTENT >> 20);
	else
		g_set_error_literal(error, A64RIG_ERROR, A64RIG_ERROR_USAGE, why->message);
	return NULL;
}

/* "DIGEST/BASENAME". */
static gchar *name_for(const gchar *file, guint64 *left, GError **error)
{
	g_autoptr(GMappedFile) mapped = map(file, left, error);
	g_autofree gchar *base = g_path_get_basename(file);
	g_autofree gchar *sum = NULL;

	if (!mapped)
		return NULL;
	sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256,
					  (const guchar *)g_mapped_file_get_contents(mapped),
					  g_mapped_file_get_length(mapped));
	sum[16] = '\0';
	return g_build_filename(sum, base, NULL);
}

static gboolean name_all(Disk *disk, const gchar *const *files, GError **error)
{
	guint64 left = CONTENT;

	for (; *files; files++) {
		gchar *name;

		if (g_hash_table_contains(disk->names, *files))
			continue;
		name = name_for(*files, &left, error);
		if (!name)
			return FALSE;
		g_hash_table_insert(disk->names, g_strdup(*files), name);
	}
	return TRUE;
}

static gint compare(gconstpointer a, gconstpointer b)
{
	return strcmp(a, b);
}

/* The names hold digests of the contents. */
static gchar *key_of(const Disk *disk)
{
	g_autoptr(GList) names = g_list_sort(g_hash_table_get_values(disk->names), compare);
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

	for (GList *name = names; name; name = name->next)
		g_checksum_update(sum, name->data, (gssize)strlen(name->data) + 1);
	return g_strndup(g_checksum_get_string(sum), 16);
}

static gboolean copy(const gchar *from, const gchar *folder, const gchar *name, GError **error)
{
	g_autofree gchar *to = g_build_filename(folder, name, NULL);
	g_autofree gchar *parent = g_path_get_dirname(to);
	g_autoptr(GFile) source = g_file_new_for_path(from);
	g_autoptr(GFile) target = g_file_new_for_path(to);

	if (g_file_test(to, G_FILE_TEST_EXISTS))
		return TRUE;
	g_mkdir_with_parents(parent, 0755);
	if (!g_file_copy(source, target, G_FILE_COPY_NONE, NULL, NULL, NULL, error))
		return FALSE;
	/* Anyone may read and start it in the guest. */
	return !g_chmod(to, 0555);
}

static gboolean copy_all(const Disk *disk, const gchar *folder, GError **error)
{
	GHashTableIter iter;
	gpointer file, name;

	g_hash_table_iter_init(&iter, disk->names);
	while (g_hash_table_iter_next(&iter, &file, &name))
		if (!copy(file, folder, name, error))
			return FALSE;
	return TRUE;
}

/* The same files make the same bytes. */
static gboolean format(const gchar *image, const gchar *folder, GError **error)
{
	const gchar *argv[] = {
		"mkfs.erofs", "--all-root", "-T0", "-U00000000-0000-0000-0000-000000000000",
		image,        folder,       NULL};
	int status;
	g_autofree gchar *said = child_output(argv, MAKE_DEADLINE, &status, error);

	if (!said)
		return FALSE;
	if (status) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "mkfs.erofs cannot make the data disk '%s': %s", image, said);
		return FALSE;
	}
	if (!truncate(image, (off_t)DISK_SIZE))
		return TRUE;
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot extend '%s': %s", image,
		    g_strerror(errno));
	return FALSE;
}

static gboolean fill(const Disk *disk, const gchar *making, GError **error)
{
	g_autofree gchar *tree = g_build_filename(making, "tree", NULL);
	g_autofree gchar *image = g_build_filename(making, "disk", NULL);
	g_autofree gchar *seal = g_strconcat(image, ".seal", NULL);
	g_autofree gchar *placed = g_strconcat(disk->path, ".seal", NULL);

	g_mkdir(tree, 0755);
	if (!copy_all(disk, tree, error) || !format(image, tree, error) ||
	    !seal_write(image, error))
		return FALSE;
	if (!g_rename(seal, placed) && !g_rename(image, disk->path))
		return TRUE;
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot rename '%s': %s", image,
		    g_strerror(errno));
	return FALSE;
}

/* Made beside and renamed; two rigs that make the same one put the same content there. */
static gboolean make(const Disk *disk, const gchar *folder, GError **error)
{
	g_autofree gchar *making = g_build_filename(folder, ".making-XXXXXX", NULL);
	gboolean made;

	if (!g_mkdtemp_full(making, 0700)) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot write in '%s': %s",
			    folder, g_strerror(errno));
		return FALSE;
	}
	made = fill(disk, making, error);
	tree_remove(making);
	return made;
}

/* What a killed rig left half made, and what was not used for long. */
static void drop_old(const gchar *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	const gchar *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree gchar *path = g_build_filename(folder, name, NULL);
		gint64 days = g_str_has_prefix(name, ".making-") ? 1 : KEPT_DAYS;
		GStatBuf status;

		if (!g_lstat(path, &status) && now - status.st_atime > days * 86400 &&
		    now - status.st_mtime > days * 86400)
			tree_remove(path);
	}
}

Disk *disk_new(const gchar *folder, const gchar *const *files, GError **error)
{
	g_autoptr(Disk) disk = g_new0(Disk, 1);
	g_autofree gchar *key = NULL;

	disk->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	if (!name_all(disk, files, error))
		return NULL;
	key = key_of(disk);
	disk->path = g_build_filename(folder, key, NULL);
	g_mkdir_with_parents(folder, 0700);
	drop_old(folder);
	if (!seal_holds(disk->path) && !make(disk, folder, error))
		return NULL;
	return g_steal_pointer(&disk);
}

void disk_free(Disk *disk)
{
	if (!disk)
		return;
	g_hash_table_unref(disk->names);
	g_free(disk->path);
	g_free(disk);
}

const gchar *disk_name(const Disk *disk, const gchar *file)
{
	return g_hash_table_lookup(disk->names, file);
}
