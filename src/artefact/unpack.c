#include "artefact/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "archive/place.h"
#include "base/error.h"
#include "base/write.h"

enum { BLOCK = 1 << 18 };

typedef struct {
	const gchar *archive; /* its name */
	gboolean whole;
	GPtrArray *members; /* names, where they are no paths; or NULL */
	gboolean package;   /* a Debian one: its files are in an archive of its own in it */
	ReaderLimits limits;
	Reader *reader;
	int folder;
	guint parts; /* that may still come */
	guint files;
	GCancellable *cancellable;
} Unpack;

static gboolean refuse(const Unpack *self, const Entry *entry, const gchar *why, GError **error)
{
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "%s: its entry '%s' %s", self->archive,
		    entry->path, why);
	return FALSE;
}

static guint count_parts(const gchar *path)
{
	guint count = 1;

	for (; (path = strchr(path, '/')); path++)
		count++;
	return count;
}

/* Each folder of the path is real, so that ".." is its parent. */
static gboolean leads_out(const Entry *entry)
{
	gint depth = (gint)count_parts(entry->path) - 2;
	g_auto(GStrv) parts = g_strsplit(entry->target, "/", -1);

	if (entry->kind == ENTRY_HARDLINK)
		return FALSE; /* the reader has seen to it */
	if (*entry->target == '/')
		return TRUE;
	for (guint i = 0; parts[i] && depth >= 0; i++)
		if (g_str_equal(parts[i], ".."))
			depth--;
		else if (*parts[i] && !g_str_equal(parts[i], "."))
			depth++;
	return depth < 0;
}

static gboolean copy(Unpack *self, int file, const Entry *entry, GError **error)
{
	g_autofree gchar *buffer = g_malloc(BLOCK);
	gssize count;

	while ((count = reader_read(self->reader, buffer, BLOCK, error)) > 0) {
		if (g_cancellable_set_error_if_cancelled(self->cancellable, error))
			return FALSE;
		if (!write_all(file, buffer, (gsize)count))
			return refuse(self, entry, g_strerror(errno), error);
	}
	return !count;
}

static gboolean put_file(Unpack *self, const Entry *entry, const gchar *path, GError **error)
{
	int file = place_file(self->folder, path, entry->mode & 0111 ? 0755 : 0644, error);
	gboolean fine = file >= 0 && copy(self, file, entry, error);

	if (file >= 0 && close(file) && fine)
		fine = refuse(self, entry, g_strerror(errno), error);
	self->files++;
	return fine;
}

static gboolean put_all(Unpack *self, GError **error);

/* The archive in the archive, which counts against the same limits. */
static gboolean put_data(Unpack *self, const Entry *entry, GError **error)
{
	g_autofree gchar *path = NULL;
	g_autoptr(Reader) inner = NULL;
	Reader *outer = self->reader;
	int file = openat(self->folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	gboolean fine;

	if (file < 0)
		return refuse(self, entry, g_strerror(errno), error);
	path = g_strdup_printf("/proc/self/fd/%d", file);
	fine = copy(self, file, entry, error);
	self->limits = reader_left(outer);
	inner = fine ? reader_new_any(path, self->archive, &self->limits, error) : NULL;
	self->package = FALSE;
	self->reader = inner;
	fine = inner && put_all(self, error);
	self->reader = outer;
	close(file);
	return fine;
}

static gboolean put_member(Unpack *self, const Entry *entry, GError **error)
{
	g_autofree gchar *name = g_strdup_printf("%u", self->members->len);

	if (entry->kind != ENTRY_FILE)
		return TRUE;
	g_ptr_array_add(self->members, g_strdup(entry->path));
	return put_file(self, entry, name, error);
}

static gboolean put_whole(Unpack *self, const Entry *entry, GError **error)
{
	if (self->package)
		return !g_str_has_prefix(entry->path, "data.tar") || put_data(self, entry, error);
	if (entry->kind == ENTRY_SYMLINK && *entry->target != '/' && leads_out(entry))
		return TRUE;
	if (entry->kind == ENTRY_SYMLINK)
		return place_symlink(self->folder, entry->path, entry->target, error);
	if (entry->kind == ENTRY_HARDLINK)
		return place_hardlink(self->folder, entry->path, entry->target, error);
	return entry->kind != ENTRY_FILE || put_file(self, entry, entry->path, error);
}

static gboolean put(Unpack *self, const Entry *entry, GError **error)
{
	const gchar *slash = strchr(entry->path, '/');
	guint parts = count_parts(entry->path);

	if (strlen(entry->path) > UNPACK_PATH)
		return refuse(self, entry, "has a longer path than any that is expected", error);
	if (parts > self->parts)
		return refuse(self, entry, "is one of more folders than are expected", error);
	self->parts -= parts;
	if (self->members)
		return put_member(self, entry, error);
	if (self->whole)
		return put_whole(self, entry, error);
	if (entry->kind == ENTRY_OTHER)
		return refuse(self, entry, "is neither file, folder nor link", error);
	if (entry->target && leads_out(entry))
		return refuse(self, entry, "is a link that leads out", error);
	return entry->kind != ENTRY_FILE || !slash || put_file(self, entry, slash + 1, error);
}

static gboolean put_all(Unpack *self, GError **error)
{
	const Entry *entry;

	do {
		if (g_cancellable_set_error_if_cancelled(self->cancellable, error) ||
		    !reader_next(self->reader, &entry, error))
			return FALSE;
		if (entry && !put(self, entry, error))
			return FALSE;
	} while (entry);
	if (self->files)
		return TRUE;
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "%s: there are no files in it",
		    self->archive);
	return FALSE;
}

static gboolean unpack_into(Unpack *self, const gchar *folder, GError **error)
{
	gboolean fine;

	self->folder = open(folder, O_DIRECTORY | O_CLOEXEC);
	if (self->folder < 0) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot open '%s': %s", folder,
			    g_strerror(errno));
		return FALSE;
	}
	fine = put_all(self, error);
	close(self->folder);
	return fine;
}

gboolean unpack(const gchar *archive, const gchar *folder, GCancellable *cancellable,
		GError **error)
{
	const ReaderLimits limits = {.entries = UNPACK_ENTRIES, .bytes = UNPACK_BYTES};
	g_autoptr(Reader) reader = reader_new(archive, &limits, error);
	Unpack self = {.archive = archive,
		       .reader = reader,
		       .parts = UNPACK_PARTS,
		       .cancellable = cancellable};

	return reader && unpack_into(&self, folder, error);
}

gchar **unpack_members(const gchar *archive, const gchar *folder, GCancellable *cancellable,
		       GError **error)
{
	const ReaderLimits limits = {.entries = UNPACK_WHOLE_ENTRIES, .bytes = UNPACK_WHOLE_BYTES};
	g_autoptr(Reader) reader = reader_new_any(archive, archive, &limits, error);
	g_autoptr(GPtrArray) members = g_ptr_array_new_with_free_func(g_free);
	Unpack self = {.archive = archive,
		       .members = members,
		       .reader = reader,
		       .parts = UNPACK_PARTS,
		       .cancellable = cancellable};

	if (!reader || !unpack_into(&self, folder, error))
		return NULL;
	g_ptr_array_add(members, NULL);
	return (gchar **)g_ptr_array_free(g_steal_pointer(&members), FALSE);
}

gboolean unpack_knows(const gchar *name)
{
	static const gchar *const ends[] = {".tar",     ".tar.gz", ".tgz", ".tar.xz", ".tar.zst",
					    ".tar.bz2", ".deb",    ".whl", ".zip",    NULL};

	for (guint i = 0; ends[i]; i++)
		if (g_str_has_suffix(name, ends[i]))
			return TRUE;
	return FALSE;
}

gboolean unpack_whole(const gchar *archive, const gchar *name, const gchar *folder,
		      GCancellable *cancellable, GError **error)
{
	const ReaderLimits limits = {.entries = UNPACK_WHOLE_ENTRIES, .bytes = UNPACK_WHOLE_BYTES};
	g_autoptr(Reader) reader = reader_new_any(archive, name, &limits, error);
	Unpack self = {.archive = name,
		       .whole = TRUE,
		       .package = g_str_has_suffix(name, ".deb"),
		       .reader = reader,
		       .parts = UNPACK_PARTS,
		       .cancellable = cancellable};

	return reader && unpack_into(&self, folder, error);
}
