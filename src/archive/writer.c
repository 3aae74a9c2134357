#include "archive/writer.h"

#include <archive.h>
#include <archive_entry.h>

#include "base/error.h"

struct Writer {
	struct archive *archive;
	struct archive_entry *entry;
	gchar *path;
};

static gboolean done(const Writer *self, la_ssize_t status, GError **error)
{
	const gchar *reason = archive_error_string(self->archive);

	if (status >= 0)
		return TRUE;
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot write '%s': %s", self->path,
		    reason ? reason : "unknown reason");
	return FALSE;
}

Writer *writer_new(const gchar *path, WriterFormat format, GError **error)
{
	g_autoptr(Writer) self = g_new0(Writer, 1);

	self->archive = archive_write_new();
	self->entry = archive_entry_new();
	self->path = g_strdup(path);
	if (format == WRITER_TAR)
		archive_write_set_format_gnutar(self->archive);
	else
		archive_write_set_format_cpio_newc(self->archive);
	if (!done(self, archive_write_open_filename(self->archive, path), error))
		return NULL;
	return g_steal_pointer(&self);
}

static void describe(struct archive_entry *to, const Entry *from)
{
	static const unsigned types[] = {
		[ENTRY_FILE] = AE_IFREG,
		[ENTRY_FOLDER] = AE_IFDIR,
		[ENTRY_SYMLINK] = AE_IFLNK,
		[ENTRY_HARDLINK] = AE_IFREG,
	};

	archive_entry_clear(to);
	archive_entry_set_pathname(to, from->path);
	archive_entry_set_filetype(to, types[from->kind]);
	archive_entry_set_perm(to, from->mode);
	archive_entry_set_mtime(to, from->time, 0);
	archive_entry_set_nlink(to, 1);
	archive_entry_set_size(to, from->kind == ENTRY_FILE ? (la_int64_t)from->size : 0);
	if (from->kind == ENTRY_SYMLINK)
		archive_entry_set_symlink(to, from->target);
	if (from->kind == ENTRY_HARDLINK)
		archive_entry_set_hardlink(to, from->target);
}

gboolean writer_entry(Writer *self, const Entry *entry, GError **error)
{
	if (entry->kind == ENTRY_OTHER) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "cannot write '%s': '%s' is neither file, folder nor link", self->path,
			    entry->path);
		return FALSE;
	}
	describe(self->entry, entry);
	return done(self, archive_write_header(self->archive, self->entry), error);
}

gboolean writer_data(Writer *self, gconstpointer bytes, gsize size, GError **error)
{
	return done(self, archive_write_data(self->archive, bytes, size), error);
}

gboolean writer_file(Writer *self, const gchar *path, guint mode, gconstpointer bytes, gsize size,
		     GError **error)
{
	const Entry entry = {.kind = ENTRY_FILE, .path = (gchar *)path, .mode = mode, .size = size};

	return writer_entry(self, &entry, error) && writer_data(self, bytes, size, error);
}

gboolean writer_close(Writer *self, GError **error)
{
	return done(self, archive_write_close(self->archive), error);
}

void writer_free(Writer *self)
{
	if (!self)
		return;
	archive_entry_free(self->entry);
	archive_write_free(self->archive);
	g_free(self->path);
	g_free(self);
}
