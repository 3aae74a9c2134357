/*
 * table - which words are above plain ARMv8.0-A, fast enough for whole files.
 *
 * A filter of one bit for each value of bits 31..21, 15..10 and 4 turns nearly all words of
 * ordinary code away; a list of masks and values settles the rest. SVE, SME and the system
 * instructions are one row each, of which isa/lookup.h asks LLVM. Needs nothing but GLib: the QEMU
 * plugin has it, too. Safe from several threads.
 */
#ifndef ISA_TABLE_H
#define ISA_TABLE_H

#include <glib.h>

/* One encoding class. A word belongs to the first row that it matches. */
typedef struct {
	guint32 mask, value;
	const gchar *feature;      /* NULL, and not ask: part of every ARMv8.0-A CPU */
	const gchar *instructions; /* for the reader; "{a,b}" stands for either */
	gboolean ask;              /* several extensions: LLVM tells which, or none */
} IsaRow;

/* All rows, ended by one whose mask is 0. */
const IsaRow *isa_rows(void);

/* The row of a word that may be above ARMv8.0-A; NULL for all others. */
const IsaRow *isa_row(guint32 word);

/* The index of the first word from at on that has an isa_row(), or count. Words are in the byte
 * order of the host. */
gsize isa_scan(const guint32 *words, gsize count, gsize at);

#endif
