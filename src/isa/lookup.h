/*
 * lookup - which extension brought a word: the table's answer, and LLVM's where the table has to
 * ask.
 *
 *	for (i = isa_scan(words, n, 0); i < n; i = isa_scan(words, n, i + 1))
 *		if ((feature = isa_lookup(words[i])))
 *			...
 */
#ifndef ISA_LOOKUP_H
#define ISA_LOOKUP_H

#include "isa/isa.h"

/* The extension that brought the word, or NULL. Nanoseconds, but tens of microseconds for a word
 * of a row that has to ask. Where operands make an instruction CONSTRAINED UNPREDICTABLE it is
 * still its extension's. Safe from several threads. */
const IsaFeature *isa_lookup(guint32 word);

#endif
