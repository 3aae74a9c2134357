/*
 * files - the arm64 ELF files of a target.
 */
#ifndef CHECK_FILES_H
#define CHECK_FILES_H

#include <gio/gio.h>

#include "model/checked.h"

enum { FILES_DEPTH = 64 }; /* folders in folders */

#define FILES_PYTHON "3.11" /* where any will do: Debian 12's */

/* Adds a file to checked->files for each 64-bit AArch64 ELF file that lies at the path, or below it
 * where it is a folder; links are not followed. Static libraries count by their members, which are
 * put below the folder scratch; object files only where nothing else does. What else there is, is
 * counted as passed over. */
void files_find(Checked *checked, const gchar *path, const gchar *scratch);

/* Where the file lies, of a target at that path. Caller frees. */
gchar *files_path(const gchar *path, const CheckedFile *file);

#endif
