#include "isa/isa.h"

#include <string.h>

#include "isa/features.h"
#include "isa/oracle.h"

static GMutex lock;

/* MSR, MRS, SYS, SYSL and their 128-bit forms: LLVM prints a register or operation that the CPU
 * lacks by its encoding, while the CPU treats it as undefined. So there the text decides. */
static gboolean named_by_operand(guint32 word)
{
	gboolean system = (word & 0xffc00000) == 0xd5000000 || (word & 0xffc00000) == 0xd5400000;
	gboolean hint = (word & 0xfffff01f) == 0xd503201f;
	/* MRS of the identification registers: Linux emulates all of that space. */
	gboolean id = (word & 0xfffff800) == 0xd5380000;

	return system && !hint && !id;
}

static gboolean decodes(guint32 word, guint count, const gchar *want)
{
	g_autofree gchar *text = oracle_decode(word, count, NULL);

	return text && (!named_by_operand(word) || g_str_equal(text, want));
}

/* The first extension of the table with which, and with all above it, the word is what it is with
 * all. What decodes with some decodes with more, so halving finds it. */
static const IsaFeature *find_feature(guint32 word, guint all, const gchar *want)
{
	guint no = 0, yes = all;

	if (decodes(word, 0, want))
		return isa_feature_ungated(word);
	while (yes - no > 1) {
		guint middle = (no + yes) / 2;

		if (decodes(word, middle, want))
			yes = middle;
		else
			no = middle;
	}
	return isa_feature_of(&isa_features()[yes - 1], want);
}

static guint count_features(void)
{
	guint n = 0;

	while (isa_features()[n].feature)
		n++;
	return n;
}

gboolean isa_explain(guint32 word, IsaInsn *insn, GError **error)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&lock);
	g_autofree gchar *text = NULL;
	GError *failure = NULL;
	guint all = count_features();
	const gchar *space;

	text = oracle_decode(word, all, &failure);
	if (failure) {
		g_propagate_error(error, failure);
		return FALSE;
	}
	insn->feature = text ? find_feature(word, all, text) : NULL;
	if (!text)
		text = g_strdup_printf(".inst 0x%08x", word);
	space = strchr(text, ' ');
	insn->mnemonic = space ? g_strndup(text, space - text) : g_strdup(text);
	insn->operands = g_strdup(space ? space + 1 : "");
	return TRUE;
}

void isa_insn_clear(IsaInsn *insn)
{
	g_clear_pointer(&insn->mnemonic, g_free);
	g_clear_pointer(&insn->operands, g_free);
	insn->feature = NULL;
}
