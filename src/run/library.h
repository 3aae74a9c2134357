/*
 * library - what a library needs to be loaded.
 */
#ifndef RUN_LIBRARY_H
#define RUN_LIBRARY_H

#include <glib.h>

/* The file and all that it needs and that lies beside it, or where its DT_RUNPATH has it from
 * $ORIGIN; the file first; ends with NULL. What it needs otherwise must be in the sysroot. libc is
 * that of the program that loads it, "glibc" or "musl". Error (usage) where the file is not an
 * AArch64 library, is for musl and not meant to be, or needs what is in neither place. Free with
 * g_strfreev(). */
gchar **library_files(const gchar *path, const gchar *sysroot, const gchar *libc, GError **error);

/* Does it need musl's C library? */
gboolean library_is_musl(const gchar *path);

/* Can the program be started in this sysroot: is it for AArch64, is its interpreter there, and all
 * that it needs? Error (usage). */
gboolean program_check(const gchar *path, const gchar *sysroot, GError **error);

#endif
