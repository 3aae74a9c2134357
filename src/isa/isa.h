/*
 * isa - A64 instruction words: what a word is, and which extension brought it.
 *
 * LLVM's disassembler is the oracle: a word belongs to the extension without which it does not
 * decode on a plain ARMv8.0-A CPU. Names of extensions are Arm's (Arm ARM, DDI 0487, A2 "Armv8-A
 * architecture extensions").
 */
#ifndef ISA_ISA_H
#define ISA_ISA_H

#include <glib.h>

/* One architecture extension. */
typedef struct {
	const gchar *feature; /* "FEAT_LSE" */
	const gchar *llvm;    /* LLVM's name: "lse", or NULL where it has none */
	const gchar *rust;    /* Rust's target feature: "lse", or NULL where it has none */
	const gchar *march; /* GCC's and Clang's, behind "-march=armv8-a+": "lse", or NULL; not each
			       release knows each */
	const gchar *arch;  /* "ARMv8.1-A": the version that makes it mandatory, or the first that
			       allows it where none does */
	gboolean mandatory; /* TRUE: arch makes it mandatory */
	const gchar *hwcap; /* as /proc/cpuinfo prints it: "atomics"; NULL where there is none */
} IsaFeature;

/* What a word is. Free the strings with isa_insn_clear(). */
typedef struct {
	gchar *mnemonic;           /* "casal"; ".inst" where no CPU known to the oracle decodes it;
				      "udf" for the permanently undefined words */
	gchar *operands;           /* "w0, w2, [x1]", may be "" */
	const IsaFeature *feature; /* NULL: part of every ARMv8.0-A CPU, or of none */
} IsaInsn;

/* Explains one word. The oracle is set up at the first call (tens of milliseconds) and shared;
 * safe from several threads. FALSE and error only where LLVM cannot be set up. */
gboolean isa_explain(guint32 word, IsaInsn *insn, GError **error);
void isa_insn_clear(IsaInsn *insn);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IsaInsn, isa_insn_clear)

/* What adr and adrp make: 21 bits of bytes from pc, or of pages from the page of pc (Arm ARM, C6.2
 * "ADR", "ADRP"). */
static inline guint64 isa_adr_target(guint32 word, guint64 pc)
{
	gint64 number = (gint64)((word >> 5 & 0x7ffff) << 2 | (word >> 29 & 3));

	number = (number ^ 0x100000) - 0x100000;
	return word >> 31 ? (pc & ~(guint64)0xfff) + ((guint64)number << 12) : pc + (guint64)number;
}

/* The extension with this FEAT_ name, or NULL. */
const IsaFeature *isa_feature(const gchar *feature);

/* All extensions, ended by one whose feature is NULL. */
const IsaFeature *isa_features(void);

#endif
