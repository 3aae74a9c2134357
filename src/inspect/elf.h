/*
 * elf - is this file something that an arm64 Linux can load?
 */
#ifndef INSPECT_ELF_H
#define INSPECT_ELF_H

#include <glib.h>

typedef enum { ELF_PROGRAM, ELF_LIBRARY } ElfKind;

/* What is wanted from a file: 64-bit little-endian AArch64, complete, and of that kind (a
 * position-independent executable is a program). On failure the error names the file and what it is
 * instead: "/x/liba.so is an ELF file for x86-64, not for AArch64". */
gboolean elf_check(const gchar *path, ElfKind kind, GError **error);

/* DT_NEEDED entries and, with interpreter, PT_INTERP (NULL for a static program or a library).
 * The array of gchar* ends with NULL; free with g_strfreev(). NULL and error where the file
 * cannot be read. */
gchar **elf_needed(const gchar *path, gchar **interpreter, GError **error);

/* The folders of DT_RUNPATH, else DT_RPATH, as they are written: "$ORIGIN/../x.libs". Empty where
 * there are none. Free with g_strfreev(). NULL where the file cannot be read. */
gchar **elf_runpath(const gchar *path);

#endif
