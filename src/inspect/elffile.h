/*
 * elffile - a complete 64-bit AArch64 ELF file, mapped and checked.
 *
 * Everything that its headers point to lies inside the file, so that nothing that reads it later,
 * elfutils included, meets a table that ends in the air.
 */
#ifndef INSPECT_ELFFILE_H
#define INSPECT_ELFFILE_H

#include <elf.h>
#include <glib.h>

typedef struct {
	GMappedFile *file;
	Elf64_Ehdr header;
	GArray *segments; /* of Elf64_Phdr */
	GArray *sections; /* of Elf64_Shdr, empty where it has none */
} ElfFile;

/* Errors name the file and what it is instead, see elf_check(). */
ElfFile *elffile_open(const gchar *path, GError **error);
void elffile_free(ElfFile *elf);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ElfFile, elffile_free)

/* length bytes of the file, or NULL where it does not have them. */
const guint8 *elffile_piece(const ElfFile *elf, guint64 offset, guint64 length);

/* The first segment of that type, or NULL. */
const Elf64_Phdr *elffile_segment(const ElfFile *elf, guint32 type);

/* The offset in the file of an address that its loaded segments hold there. *left: the bytes of
 * the segment that follow it in the file. */
gboolean elffile_offset(const ElfFile *elf, guint64 vaddr, guint64 *offset, guint64 *left);

/* The string at that address, or NULL. Points into the file. */
const gchar *elffile_string(const ElfFile *elf, guint64 vaddr);

/* PT_INTERP, or NULL. Points into the file. */
const gchar *elffile_interpreter(const ElfFile *elf);

/* The value of the first dynamic entry of that tag. FALSE where there is none. */
gboolean elffile_dynamic(const ElfFile *elf, gint64 tag, guint64 *value);

#endif
