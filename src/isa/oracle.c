#include "isa/oracle.h"

#include <gio/gio.h>
#include <llvm-c/Disassembler.h>
#include <llvm-c/Target.h>

#include "isa/isa.h"

/* LLVM's "generic" CPU is ARMv8.0-A with floating point and Advanced SIMD, but also with these. */
#define PLAIN "-ete,-perfmon"

/* One disassembler for each number of extensions that was asked for: making one costs far more
 * than decoding. They live as long as the program. */
static GHashTable *cpus;

static gchar *feature_string(guint count)
{
	GString *s = g_string_new(PLAIN);
	const IsaFeature *features = isa_features();

	for (guint i = 0; i < count; i++)
		if (features[i].llvm)
			g_string_append_printf(s, ",+%s", features[i].llvm);
	return g_string_free(s, FALSE);
}

static LLVMDisasmContextRef cpu_with(guint count, GError **error)
{
	LLVMDisasmContextRef cpu;
	g_autofree gchar *features = NULL;

	if (!cpus) {
		LLVMInitializeAArch64TargetInfo();
		LLVMInitializeAArch64TargetMC();
		LLVMInitializeAArch64Disassembler();
		cpus = g_hash_table_new(NULL, NULL);
	}
	cpu = g_hash_table_lookup(cpus, GUINT_TO_POINTER(count));
	if (cpu)
		return cpu;
	features = feature_string(count);
	cpu = LLVMCreateDisasmCPUFeatures("aarch64-linux-gnu", "generic", features, NULL, 0, NULL,
					  NULL);
	if (!cpu)
		g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
				    "LLVM has no AArch64 disassembler");
	else
		g_hash_table_insert(cpus, GUINT_TO_POINTER(count), cpu);
	return cpu;
}

gchar *oracle_decode(guint32 word, guint count, GError **error)
{
	guint32 bytes = GUINT32_TO_LE(word);
	char text[256];
	LLVMDisasmContextRef cpu = cpu_with(count, error);

	if (!cpu ||
	    !LLVMDisasmInstruction(cpu, (guint8 *)&bytes, sizeof(bytes), 0, text, sizeof(text)))
		return NULL;
	return g_strstrip(g_strdelimit(g_strdup(text), "\t", ' '));
}
