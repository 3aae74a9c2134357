/*
 * A scan finds the words that have a row, no other, wherever it begins; a lookup agrees with LLVM
 * on what is plain.
 */
#include <string.h>

#include "isa/lookup.h"
#include "isa/table.h"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static void check_word(guint32 word)
{
	const IsaRow *row = isa_row(word);
	const IsaFeature *feature = isa_lookup(word);
	g_auto(IsaInsn) insn = {0};

	g_assert_true(feature == isa_lookup(word));
	g_assert_true(!row || (word & row->mask) == row->value);
	g_assert_true(row || !feature);
	g_assert_true(isa_explain(word, &insn, NULL));
	g_assert_true(!insn.feature || insn.feature == feature);
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	gsize count = size / sizeof(guint32), next = 0;
	g_autofree guint32 *words = g_new0(guint32, count + 1);

	memcpy(words, data, count * sizeof(guint32));
	for (gsize i = 0; i < count; i++) {
		check_word(words[i]);
		if (!isa_row(words[i]))
			continue;
		g_assert_true(isa_scan(words, count, next) == i);
		next = i + 1;
	}
	g_assert_true(isa_scan(words, count, next) == count);
	return 0;
}
