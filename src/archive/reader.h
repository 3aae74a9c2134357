/*
 * reader - an archive (tar, cpio), read from its beginning to its end, whose maker is not trusted.
 *
 * Every path that comes out is relative, has no empty part, no "." and no ".."; the entry of the
 * root itself is passed over. What is not so, or goes beyond a limit, is refused.
 */
#ifndef ARCHIVE_READER_H
#define ARCHIVE_READER_H

#include <glib.h>

typedef enum {
	ENTRY_FILE,
	ENTRY_FOLDER,
	ENTRY_SYMLINK,
	ENTRY_HARDLINK,
	ENTRY_OTHER, /* devices, sockets, pipes */
} EntryKind;

typedef struct {
	EntryKind kind;
	gchar *path;
	gchar *target; /* of a symbolic link as it stands, of a hard link a path as above */
	guint mode;    /* permissions alone */
	guint64 size;  /* of a file, bytes */
	gint64 time;   /* of the last change, seconds */
} Entry;

typedef struct {
	guint64 entries; /* how many, the ones passed over, too */
	guint64 bytes;   /* of all files together */
} ReaderLimits;

typedef struct Reader Reader;

/* Error (rig) where the file cannot be read or is no archive. */
Reader *reader_new(const gchar *path, const ReaderLimits *limits, GError **error);

/* A single file, as it was before it was compressed with gzip, xz, zstd or nothing: its only entry
 * is a file of unknown size. Error (rig). */
Reader *reader_new_plain(const gchar *path, const ReaderLimits *limits, GError **error);

/* As reader_new(), but any of tar, cpio, zip and ar, also compressed with bzip2 or lzma; errors
 * call it by the name. */
Reader *reader_new_any(const gchar *path, const gchar *name, const ReaderLimits *limits,
		       GError **error);
void reader_free(Reader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reader, reader_free)

/* The next entry, owned by the reader until the next call; *entry is NULL at the end. Error (rig).
 */
gboolean reader_next(Reader *self, const Entry **entry, GError **error);

/* The next bytes of the entry's file; 0 at its end, -1 and error (rig) where it is damaged. */
gssize reader_read(Reader *self, gpointer buffer, gsize size, GError **error);

/* What is left of the limits. */
ReaderLimits reader_left(const Reader *self);

#endif
