/*
 * mention - strings that a piece of code leads to: by which it is known where no symbol names it.
 */
#ifndef INSPECT_MENTION_H
#define INSPECT_MENTION_H

#include <glib.h>

#include "inspect/elffile.h"

/* The first of the texts (count of them; NULL ends them, too) that a C string begins with to which
 * the code around the address vaddr of the file leads: by adrp and add or ldr, to the string itself
 * or to a table of pointers that has it. NULL where it leads to none. */
const gchar *mention_find(const ElfFile *elf, guint64 vaddr, const gchar *const *texts,
			  gsize count);

#endif
