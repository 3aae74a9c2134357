/*
 * table - which words are above plain ARMv8.0-A, fast enough for whole files.
 *
 * A filter of one bit for each value of bits 31..21, 15..10 and 4 turns nearly all words of
 *ordinary code away; a list of masks and values settles the rest. SVE, SME and the system
 *instructions are one row each, and LLVM tells which extension brought a word of theirs:
 *
 *	for (i = isa_scan(words, n, 0); i < n; i = isa_scan(words, n, i + 1))
 *		if ((feature = isa_lookup(words[i])))
 *			...
 *
 * Safe from several threads.
 */
#ifndef ISA_TABLE_H
#define ISA_TABLE_H

#include "isa/isa.h"

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

/* The extension that brought the word, or NULL. Nanoseconds, but tens of microseconds for a word
 * of a row that has to ask. Where operands make an instruction CONSTRAINED UNPREDICTABLE it is
 * still its extension's. */
const IsaFeature *isa_lookup(guint32 word);

/* The index of the first word from at on that has an isa_row(), or count. Words are in the byte
 * order of the host. */
gsize isa_scan(const guint32 *words, gsize count, gsize at);

#endif
