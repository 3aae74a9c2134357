#include "archive/reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <string.h>

#include "base/error.h"

enum { BLOCK = 1 << 20 };

struct Reader {
	struct archive *archive;
	gchar *path;   /* of the archive */
	locale_t utf8; /* what names are in, whatever the user's locale is */
	ReaderLimits left;
	Entry entry;
};

static void refuse(const Reader *self, GError **error, const gchar *format, ...)
	G_GNUC_PRINTF(3, 4);

static void refuse(const Reader *self, GError **error, const gchar *format, ...)
{
	g_autofree gchar *message = NULL;
	va_list arguments;

	va_start(arguments, format);
	message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "%s: %s", self->path, message);
}

static void refuse_damaged(const Reader *self, GError **error)
{
	const gchar *reason = archive_error_string(self->archive);

	refuse(self, error, "%s", reason ? reason : "the archive is damaged");
}

typedef enum { FORMAT_SETS, FORMAT_PLAIN, FORMAT_ANY } Formats;

static void support(struct archive *archive, Formats formats)
{
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_xz(archive);
	archive_read_support_filter_zstd(archive);
	if (formats == FORMAT_PLAIN) {
		archive_read_support_format_raw(archive);
		archive_read_support_format_empty(archive);
		return;
	}
	archive_read_support_format_tar(archive);
	archive_read_support_format_cpio(archive);
	if (formats == FORMAT_ANY) {
		archive_read_support_filter_bzip2(archive);
		archive_read_support_filter_lzma(archive);
		archive_read_support_format_zip(archive);
		archive_read_support_format_ar(archive);
	}
}

static Reader *open_as(const gchar *path, const gchar *name, const ReaderLimits *limits,
		       Formats formats, GError **error)
{
	g_autoptr(Reader) self = g_new0(Reader, 1);

	self->archive = archive_read_new();
	self->path = g_strdup(name);
	self->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	self->left = *limits;
	support(self->archive, formats);
	if (archive_read_open_filename(self->archive, path, BLOCK) != ARCHIVE_OK) {
		refuse_damaged(self, error);
		return NULL;
	}
	return g_steal_pointer(&self);
}

Reader *reader_new(const gchar *path, const ReaderLimits *limits, GError **error)
{
	return open_as(path, path, limits, FORMAT_SETS, error);
}

Reader *reader_new_plain(const gchar *path, const ReaderLimits *limits, GError **error)
{
	return open_as(path, path, limits, FORMAT_PLAIN, error);
}

Reader *reader_new_any(const gchar *path, const gchar *name, const ReaderLimits *limits,
		       GError **error)
{
	return open_as(path, name, limits, FORMAT_ANY, error);
}

ReaderLimits reader_left(const Reader *self)
{
	return self->left;
}

static void clear(Entry *entry)
{
	g_clear_pointer(&entry->path, g_free);
	g_clear_pointer(&entry->target, g_free);
}

void reader_free(Reader *self)
{
	if (!self)
		return;
	archive_read_free(self->archive);
	clear(&self->entry);
	if (self->utf8)
		freelocale(self->utf8);
	g_free(self->path);
	g_free(self);
}

/* "./usr//bin/" becomes "usr/bin"; NULL where it is absolute or leads out. */
static gchar *clean(const gchar *path)
{
	g_autoptr(GString) clean = g_string_new(NULL);
	g_auto(GStrv) parts = NULL;

	if (!path || *path == '/')
		return NULL;
	parts = g_strsplit(path, "/", -1);
	for (guint i = 0; parts[i]; i++) {
		if (g_str_equal(parts[i], ".."))
			return NULL;
		if (*parts[i] && !g_str_equal(parts[i], "."))
			g_string_append_printf(clean, "%s%s", clean->len ? "/" : "", parts[i]);
	}
	return g_string_free(g_steal_pointer(&clean), FALSE);
}

static EntryKind kind_of(struct archive_entry *entry)
{
	if (archive_entry_hardlink(entry))
		return ENTRY_HARDLINK;
	switch (archive_entry_filetype(entry)) {
	case AE_IFREG:
		return ENTRY_FILE;
	case AE_IFDIR:
		return ENTRY_FOLDER;
	case AE_IFLNK:
		return ENTRY_SYMLINK;
	default:
		return ENTRY_OTHER;
	}
}

static gboolean is_library(const Reader *self)
{
	return (archive_format(self->archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_AR;
}

static gboolean take_path(Reader *self, struct archive_entry *entry, GError **error)
{
	const gchar *path = archive_entry_pathname(entry);

	/* "/" and "//" are the indexes of a static library (ar(5)). */
	if (path && *path == '/' && is_library(self))
		self->entry.path = g_strdup("");
	else
		self->entry.path = clean(path);
	if (self->entry.path)
		return TRUE;
	refuse(self, error, "its entry '%s' would lie outside", path ? path : "");
	return FALSE;
}

static gboolean take_target(Reader *self, struct archive_entry *entry, GError **error)
{
	const gchar *target = archive_entry_symlink(entry);

	if (self->entry.kind == ENTRY_HARDLINK) {
		target = archive_entry_hardlink(entry);
		self->entry.target = clean(target);
	} else if (self->entry.kind == ENTRY_SYMLINK) {
		self->entry.target = target && *target ? g_strdup(target) : NULL;
	} else {
		return TRUE;
	}
	if (self->entry.target && *self->entry.target)
		return TRUE;
	refuse(self, error, "its link '%s' leads to '%s'", self->entry.path, target ? target : "");
	return FALSE;
}

static gboolean take_size(Reader *self, struct archive_entry *entry, GError **error)
{
	gint64 size = self->entry.kind == ENTRY_FILE ? archive_entry_size(entry) : 0;

	if (size >= 0 && (guint64)size <= self->left.bytes) {
		self->entry.size = (guint64)size;
		return TRUE;
	}
	refuse(self, error, "its files are larger than any that is expected");
	return FALSE;
}

static gboolean take(Reader *self, struct archive_entry *entry, GError **error)
{
	clear(&self->entry);
	/* ar writes no file types. */
	self->entry.kind = is_library(self) ? ENTRY_FILE : kind_of(entry);
	self->entry.mode = archive_entry_perm(entry);
	self->entry.time = archive_entry_mtime(entry);
	return take_path(self, entry, error) && take_target(self, entry, error) &&
	       take_size(self, entry, error);
}

static int next_header(Reader *self, struct archive_entry **found)
{
	locale_t before = uselocale(self->utf8);
	int status = archive_read_next_header(self->archive, found);

	uselocale(before);
	return status;
}

gboolean reader_next(Reader *self, const Entry **entry, GError **error)
{
	struct archive_entry *found;
	int status;

	do {
		status = next_header(self, &found);
		if (status == ARCHIVE_EOF) {
			*entry = NULL;
			return TRUE;
		}
		if (status != ARCHIVE_OK) {
			refuse_damaged(self, error);
			return FALSE;
		}
		if (!self->left.entries--) {
			refuse(self, error, "it has more entries than any that is expected");
			return FALSE;
		}
		if (!take(self, found, error))
			return FALSE;
	} while (!*self->entry.path);
	*entry = &self->entry;
	return TRUE;
}

gssize reader_read(Reader *self, gpointer buffer, gsize size, GError **error)
{
	la_ssize_t count = archive_read_data(self->archive, buffer, size);

	if (count < 0) {
		refuse_damaged(self, error);
		return -1;
	}
	if ((guint64)count > self->left.bytes) {
		refuse(self, error, "its files are larger than any that is expected");
		return -1;
	}
	self->left.bytes -= (guint64)count;
	return count;
}
