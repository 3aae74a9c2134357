/*
 * place - puts what comes from an archive below a folder, and never elsewhere: no part of a path is
 * followed where it is a link. Paths are as a reader gives them.
 */
#ifndef ARCHIVE_PLACE_H
#define ARCHIVE_PLACE_H

#include "archive/reader.h"

/* All errors are (rig). What is there already is replaced; folders are made as they are needed. */

/* A new file, opened for writing; -1 on failure. */
int place_file(int folder, const gchar *path, guint mode, GError **error);

/* A symbolic link; an absolute target is one below the folder, and made relative. */
gboolean place_symlink(int folder, const gchar *path, const gchar *target, GError **error);

/* A second name of a file that has been placed. */
gboolean place_hardlink(int folder, const gchar *path, const gchar *target, GError **error);

#endif
