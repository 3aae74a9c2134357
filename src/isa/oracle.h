/*
 * oracle - LLVM's disassembler as a CPU with a chosen set of extensions.
 */
#ifndef ISA_ORACLE_H
#define ISA_ORACLE_H

#include <glib.h>

/* What LLVM prints for the word on an ARMv8.0-A CPU with the first count extensions of
 * isa_features(), as "mnemonic operands" without tabs; NULL where it does not decode there, and
 * with error where LLVM has no AArch64 disassembler. Not thread-safe. Caller frees. */
gchar *oracle_decode(guint32 word, guint count, GError **error);

#endif
