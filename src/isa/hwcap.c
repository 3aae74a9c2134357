#include "isa/hwcap.h"

/* By bit, from 0. */
static const gchar *const hwcap[64] = {
	"fp",      "asimd", "evtstrm", "aes",   "pmull",    "sha1",   "sha2", "crc32",
	"atomics", "fphp",  "asimdhp", "cpuid", "asimdrdm", "jscvt",  "fcma", "lrcpc",
	"dcpop",   "sha3",  "sm3",     "sm4",   "asimddp",  "sha512", "sve",  "asimdfhm",
	"dit",     "uscat", "ilrcpc",  "flagm", "ssbs",     "sb",     "paca", "pacg",
};

static const gchar *const hwcap2[64] = {
	"dcpodp",    "sve2",      "sveaes",   "svepmull",  "svebitperm", "svesha3",    "svesm4",
	"flagm2",    "frint",     "svei8mm",  "svef32mm",  "svef64mm",   "svebf16",    "i8mm",
	"bf16",      "dgh",       "rng",      "bti",       "mte",        "ecv",        "afp",
	"rpres",     "mte3",      "sme",      "smei16i64", "smef64f64",  "smei8i32",   "smef16f32",
	"smeb16f32", "smef32f32", "smefa64",  "wfxt",      "ebf16",      "sveebf16",   "cssc",
	"rprfm",     "sve2p1",    "sme2",     "sme2p1",    "smei16i32",  "smebi32i32", "smeb16b16",
	"smef16f16", "mops",      "hbc",      "sveb16b16", "lrcpc3",     "lse128",     "fpmr",
	"lut",       "faminmax",  "f8cvt",    "f8fma",     "f8dp4",      "f8dp2",      "f8e4m3",
	"f8e5m2",    "smelutv2",  "smef8f16", "smef8f32",  "smesf8fma",  "smesf8dp4",  "smesf8dp2",
	"poe",
};

static guint64 bit(const gchar *const *table, const gchar *name)
{
	for (guint i = 0; i < 64 && table[i]; i++)
		if (g_str_equal(table[i], name))
			return G_GUINT64_CONSTANT(1) << i;
	return 0;
}

Hwcaps hwcaps_of(gchar *const *names, guint count)
{
	Hwcaps bits = {0};

	for (guint i = 0; i < count; i++) {
		bits.hwcap |= bit(hwcap, names[i]);
		bits.hwcap2 |= bit(hwcap2, names[i]);
	}
	return bits;
}

static void add_names(GStrvBuilder *names, const gchar *const *table, guint64 bits)
{
	for (guint i = 0; i < 64; i++)
		if (table[i] && bits >> i & 1)
			g_strv_builder_add(names, table[i]);
}

gchar **hwcaps_names(Hwcaps bits)
{
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
	gchar **names;

	add_names(builder, hwcap, bits.hwcap);
	add_names(builder, hwcap2, bits.hwcap2);
	names = g_strv_builder_end(builder);
	if (!*names)
		g_clear_pointer(&names, g_strfreev);
	return names;
}

gboolean hwcap_is_kernels(const gchar *name)
{
	return g_str_equal(name, "evtstrm") || g_str_equal(name, "cpuid");
}
