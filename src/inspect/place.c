#include "inspect/place.h"

#include <signal.h>

#include "inspect/code.h"
#include "inspect/culprit.h"
#include "inspect/symbol.h"
#include "isa/isa.h"

gboolean place_insn(Fault *fault, guint32 word, GError **error)
{
	g_auto(IsaInsn) insn = {0};

	fault->has_insn = TRUE;
	fault->insn = word;
	if (!isa_explain(word, &insn, error))
		return FALSE;
	fault->mnemonic = g_steal_pointer(&insn.mnemonic);
	fault->operands = g_steal_pointer(&insn.operands);
	if (insn.feature) {
		fault->feature = g_strdup(insn.feature->feature);
		fault->arch = g_strdup(insn.feature->arch);
	}
	return TRUE;
}

static void explain_code(Code *code, const Executed *executed, Fault *fault)
{
	const CodeRange *range = code_range_in_file(code, executed->offset);
	guint64 addr = range ? range->addr + (executed->offset - range->offset) : 0;
	const CodeSymbol *symbol = range ? code_function(code, addr) : NULL;

	if (!range)
		return;
	fault->culprit = culprit_of_places(code, &addr, 1, &fault->culprit_evidence);
	if (!symbol)
		return;
	fault->function = symbol_demangle(symbol->name);
	fault->function_offset = addr - symbol->addr;
}

Fault *place_explain(const Executed *executed)
{
	Fault *fault = fault_new(SIGILL);
	g_autoptr(Code) code = executed->file ? code_open(executed->file, NULL) : NULL;

	fault->pc = executed->addr;
	place_insn(fault, executed->word, NULL);
	fault->object = g_strdup(executed->object);
	fault->object_file = g_strdup(executed->file);
	fault->offset = executed->offset;
	if (code)
		explain_code(code, executed, fault);
	return fault;
}
