/*
 * The table against LLVM: words drawn evenly over all encodings, the narrow classes one by one.
 *
 * TABLE_WORDS in the environment draws that many.
 */
#include <stdlib.h>

#include "isa/lookup.h"
#include "isa/table.h"

/* The sanitizers look at the code, which meets no other words later. */
#ifdef __SANITIZE_ADDRESS__
#define WORDS 500000
#else
#define WORDS 5000000
#endif

/* Where the table names an extension for what LLVM does not decode at all. */
static const struct {
	guint32 mask, value;
	const gchar *reason;
} unpredictable[] = {
	{0x3b200c00, 0x19000400, "MOPS: registers that overlap, or are 31"},
	{0xffff0c00, 0x1ddf0000, "MOPS_GO: registers that overlap, or are 31"},
	{0xbf20fc00, 0x19200c00, "D128: a pair begins with an even register"},
	{0xbf20cc00, 0x19208000, "LSE128, D128: Rt and Rt2 are not 31 and not the same"},
	{0xff20dc00, 0x19201000, "LSE128: Rt and Rt2 are not 31 and not the same"},
	{0xbf20fc00, 0x19209000, "D128: Rt and Rt2 are not 31 and not the same"},
	{0xffffbc01, 0xf83f9000, "LS64: the eight registers end at 30"},
	{0xffe0ec01, 0xf820a000, "LS64_V: the eight registers end at 30"},
	{0xfa000000, 0xe8000000, "LSUI: loads to the same register, write-back of the base"},
	{0xff400000, 0x69000000, "MTE: write-back of the base"},
	{0xffc00000, 0x68800000, "MTE: write-back of the base"},
	{0xff200c00, 0xf8200c00, "PAuth: write-back of the base"},
};

static gboolean is_unpredictable(guint32 word)
{
	for (gsize i = 0; i < G_N_ELEMENTS(unpredictable); i++)
		if ((word & unpredictable[i].mask) == unpredictable[i].value)
			return TRUE;
	return FALSE;
}

static void compare(guint32 word)
{
	g_auto(IsaInsn) insn = {0};
	const IsaFeature *feature = isa_lookup(word);

	g_assert_true(isa_explain(word, &insn, NULL));
	if (feature == insn.feature || (feature && *insn.mnemonic == '.' && is_unpredictable(word)))
		return;
	g_error("%08x %s %s: the table says %s, LLVM %s", word, insn.mnemonic, insn.operands,
		feature ? feature->feature : "none", insn.feature ? insn.feature->feature : "none");
}

/* Bits 31..10 in turns that reach all their values evenly; registers of which 31 is often one. */
static guint32 draw(GRand *rand, guint32 turn)
{
	guint32 low = g_rand_int(rand), word = (turn * 0x9e3779b1) & ~0x3ffu;

	word |= low & 0x3ff;
	if (low & 0x400)
		word |= 0x1f;
	if (low & 0x800)
		word |= 0x3e0;
	return word;
}

/* Rows that ask LLVM agree with it; drawing from them would only take time. */
static void test_draws(void)
{
	const gchar *wanted = g_getenv("TABLE_WORDS");
	guint64 n = wanted ? g_ascii_strtoull(wanted, NULL, 10) : WORDS;
	g_autoptr(GRand) rand = g_rand_new_with_seed(20);
	guint64 compared = 0;

	for (guint64 i = 0; i < n; i++) {
		guint32 word = draw(rand, i);
		const IsaRow *row = isa_row(word);

		if (row && row->ask)
			continue;
		compare(word);
		compared++;
	}
	g_test_message("%" G_GUINT64_FORMAT " words", compared);
}

/* Every row's own words, which a draw over all encodings meets too seldom. */
static void test_own_words(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(21);

	for (const IsaRow *row = isa_rows(); row->mask; row++)
		for (guint i = 0; i < 400; i++)
			compare((g_rand_int(rand) & ~row->mask) | row->value);
}

/* Data processing with one source, where registers are part of the opcode. */
static void test_one_source(void)
{
	for (guint32 opcode = 0; opcode < 128; opcode++)
		for (guint32 low = 0; low < 1024; low++)
			if (low % 32 >= 29 || low / 32 >= 29)
				compare(0xdac00000 | opcode << 10 | low);
}

/* Branches to a register. */
static void test_branches(void)
{
	for (guint32 opcode = 0; opcode < 64; opcode++)
		for (guint32 low = 0; low < 1024; low++)
			if (low % 32 >= 29 || low / 32 >= 29)
				compare(0xd61f0000 | (opcode & 15) << 21 | (opcode & 0x30) << 6 |
					low);
}

/* System instructions that the table takes for plain ones without asking. */
static void test_system(void)
{
	for (guint32 i = 0; i < 1 << 19; i++)
		for (guint32 rt = 3; rt < 32; rt += 28)
			if (!isa_row(0xd5000000 | i << 5 | rt))
				compare(0xd5000000 | i << 5 | rt);
}

static void test_rows(void)
{
	for (const IsaRow *row = isa_rows(); row->mask; row++) {
		g_assert_cmphex(row->value & ~row->mask, ==, 0);
		g_assert_true(!row->feature || isa_feature(row->feature));
		g_assert_true(*row->instructions);
		if (row->feature || row->ask)
			g_assert_true(isa_row(row->value) == row);
		else
			g_assert_null(isa_row(row->value));
	}
}

static void test_scan(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(22);
	g_autofree guint32 *words = g_new(guint32, 100000);
	gsize n = 100000, at = 0;

	for (gsize i = 0; i < n; i++)
		words[i] = g_rand_int(rand);
	for (gsize i = 0; i < n; i++) {
		if (!isa_row(words[i]))
			continue;
		g_assert_cmpuint(isa_scan(words, n, at), ==, i);
		g_assert_cmpuint(isa_scan(words, i, at), ==, i);
		at = i + 1;
	}
	g_assert_cmpuint(isa_scan(words, n, at), ==, n);
	g_assert_cmpuint(isa_scan(words, 0, 0), ==, 0);
	g_assert_cmpuint(isa_scan(words, n, n), ==, n);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/table/rows", test_rows);
	g_test_add_func("/table/scan", test_scan);
	g_test_add_func("/table/own-words", test_own_words);
	g_test_add_func("/table/one-source", test_one_source);
	g_test_add_func("/table/branches", test_branches);
	g_test_add_func("/table/system", test_system);
	g_test_add_func("/table/draws", test_draws);
	return g_test_run();
}
