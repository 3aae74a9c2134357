/*
 * writer - an archive that is written entry by entry. All belongs to root.
 */
#ifndef ARCHIVE_WRITER_H
#define ARCHIVE_WRITER_H

#include "archive/reader.h"

typedef enum { WRITER_TAR, WRITER_CPIO /* newc, as the kernel takes it */ } WriterFormat;

typedef struct Writer Writer;

/* All errors are (rig). */
Writer *writer_new(const gchar *path, WriterFormat format, GError **error);

/* Begins an entry; that of a file is followed by its bytes. */
gboolean writer_entry(Writer *self, const Entry *entry, GError **error);
gboolean writer_data(Writer *self, gconstpointer bytes, gsize size, GError **error);

/* A file with its bytes, changed at the time 0. */
gboolean writer_file(Writer *self, const gchar *path, guint mode, gconstpointer bytes, gsize size,
		     GError **error);

/* The archive is complete only when this has succeeded. */
gboolean writer_close(Writer *self, GError **error);

void writer_free(Writer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Writer, writer_free)

#endif
