/*
 * Any word has a mnemonic, and only what decodes has an extension.
 */
#include <string.h>

#include "isa/isa.h"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	for (size_t at = 0; at + sizeof(guint32) <= size; at += sizeof(guint32)) {
		g_auto(IsaInsn) insn = {0};
		guint32 word;

		memcpy(&word, data + at, sizeof(word));
		g_assert_true(isa_explain(word, &insn, NULL));
		g_assert_true(*insn.mnemonic && insn.operands);
		g_assert_true(!insn.feature || *insn.mnemonic != '.');
	}
	return 0;
}
