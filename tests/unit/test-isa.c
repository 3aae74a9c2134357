/*
 * Instruction words of every extension, assembled with LLVM 22's assembler (a few found by trying
 * random words), against their text and the extension that Arm's manual gives them.
 */
#include <gio/gio.h>
#include <string.h>

#include "isa/isa.h"

static const struct {
	guint32 word;
	const gchar *text; /* mnemonic, and a space and the operands where there are any */
	const gchar *feature;
} words[] = {
	{0x91000420, "add x0, x1, #1", NULL},
	{0x00000000, "udf #0", NULL},
	{0x9ac24c20, "crc32x w0, w1, x2", "FEAT_CRC32"},
	{0x4e284820, "aese v0.16b, v1.16b", "FEAT_AES"},
	{0x0ee2e020, "pmull v0.1q, v1.1d, v2.1d", "FEAT_PMULL"},
	{0x4ee2e020, "pmull2 v0.1q, v1.2d, v2.2d", "FEAT_PMULL"},
	{0x0e22e020, "pmull v0.8h, v1.8b, v2.8b", NULL},
	{0x5e020020, "sha1c q0, s1, v2.4s", "FEAT_SHA1"},
	{0x5e024020, "sha256h q0, q1, v2.4s", "FEAT_SHA256"},
	{0x88e0fc22, "casal w0, w2, [x1]", "FEAT_LSE"},
	{0xf8f60016, "ldaddal x22, x22, [x0]", "FEAT_LSE"},
	{0xb8208041, "swp w0, w1, [x2]", "FEAT_LSE"},
	{0xb820003f, "stadd w0, [x1]", "FEAT_LSE"},
	{0x48207c82, "casp x0, x1, x2, x3, [x4]", "FEAT_LSE"},
	{0x6e828420, "sqrdmlah v0.4s, v1.4s, v2.4s", "FEAT_RDM"},
	{0xd500419f, "msr PAN, #1", "FEAT_PAN"},
	{0xd5384260, "mrs x0, PAN", "FEAT_PAN"},
	{0x88df7c20, "ldlar w0, [x1]", "FEAT_LOR"},
	{0xd538a4e0, "mrs x0, LORID_EL1", "FEAT_LOR"},
	{0xd53cd020, "mrs x0, CONTEXTIDR_EL2", "FEAT_VHE"},
	{0x1ee22820, "fadd h0, h1, h2", "FEAT_FP16"},
	{0x4e421420, "fadd v0.8h, v1.8h, v2.8h", "FEAT_FP16"},
	{0x0e22ec20, "fmlal v0.2s, v1.2h, v2.2h", "FEAT_FHM"},
	{0xce628020, "sha512h q0, q1, v2.2d", "FEAT_SHA512"},
	{0xce020c20, "eor3 v0.16b, v1.16b, v2.16b, v3.16b", "FEAT_SHA3"},
	{0xce628c20, "rax1 v0.2d, v1.2d, v2.2d", "FEAT_SHA3"},
	{0xce62c020, "sm3partw1 v0.4s, v1.4s, v2.4s", "FEAT_SM3"},
	{0xcec08420, "sm4e v0.4s, v1.4s", "FEAT_SM4"},
	{0xd500417f, "msr UAO, #1", "FEAT_UAO"},
	{0xd5087900, "at s1e1rp, x0", "FEAT_PAN2"},
	{0xd503221f, "esb", NULL},
	{0xd5385300, "mrs x0, ERRIDR_EL1", "FEAT_RAS"},
	{0xd50b7c20, "dc cvap, x0", "FEAT_DPB"},
	{0xd53899e0, "mrs x0, PMSIDR_EL1", "FEAT_SPE"},
	{0xd503223f, "psb csync", NULL},
	{0xb8bfc020, "ldapr w0, [x1]", "FEAT_LRCPC"},
	{0xd503233f, "paciasp", NULL},
	{0xd50323bf, "autiasp", NULL},
	{0xdac10020, "pacia x0, x1", "FEAT_PAuth"},
	{0xd65f0bff, "retaa", "FEAT_PAuth"},
	{0xf8200420, "ldraa x0, [x1]", "FEAT_PAuth"},
	{0xd50320ff, "xpaclri", NULL},
	{0xdac143e0, "xpaci x0", "FEAT_PAuth"},
	{0x9ac23020, "pacga x0, x1, x2", "FEAT_PAuth"},
	{0x1e7e0020, "fjcvtzs w0, d1", "FEAT_JSCVT"},
	{0x6e82cc20, "fcmla v0.4s, v1.4s, v2.4s, #90", "FEAT_FCMA"},
	{0xd5390040, "mrs x0, CCSIDR2_EL1", "FEAT_CCIDX"},
	{0x6e829420, "udot v0.4s, v1.16b, v2.16b", "FEAT_DotProd"},
	{0xd500401f, "cfinv", "FEAT_FlagM"},
	{0xba008402, "rmif x0, #1, #2", "FEAT_FlagM"},
	{0x99004020, "stlur w0, [x1, #4]", "FEAT_LRCPC2"},
	{0x99404020, "ldapur w0, [x1, #4]", "FEAT_LRCPC2"},
	{0xd503415f, "msr DIT, #1", "FEAT_DIT"},
	{0xd53b42a0, "mrs x0, DIT", "FEAT_DIT"},
	{0xd5381220, "mrs x0, TRFCR_EL1", "FEAT_TRF"},
	{0xd53bd200, "mrs x0, AMCR_EL0", "FEAT_AMUv1"},
	{0xd53c1320, "mrs x0, SDER32_EL2", "FEAT_SEL2"},
	{0xd508811f, "tlbi vmalle1os", "FEAT_TLBIOS"},
	{0xd5088220, "tlbi rvae1is, x0", "FEAT_TLBIRANGE"},
	{0xd538a520, "mrs x0, MPAM0_EL1", NULL},
	{0xd500405f, "axflag", "FEAT_FlagM2"},
	{0x1e284020, "frint32z s0, s1", "FEAT_FRINTTS"},
	{0xd50330ff, "sb", "FEAT_SB"},
	{0xd503413f, "msr SSBS, #1", "FEAT_SSBS"},
	{0xd53b42c0, "mrs x0, SSBS", "FEAT_SSBS"},
	{0xd50b7380, "cfp rctx, x0", "FEAT_SPECRES"},
	{0xd53bd0e0, "mrs x0, SCXTNUM_EL0", "FEAT_CSV2_2"},
	{0xd50b7d20, "dc cvadp, x0", "FEAT_DPB2"},
	{0xd503245f, "bti c", NULL},
	{0xd53b2400, "mrs x0, RNDR", "FEAT_RNG"},
	{0x9adf1020, "irg x0, x1", "FEAT_MTE"},
	{0xd9200820, "stg x0, [x1]", "FEAT_MTE"},
	{0xd9e00020, "ldgm x0, [x1]", "FEAT_MTE2"},
	{0xd50b7480, "dc gzva, x0", "FEAT_MTE"},
	{0x6e42fc20, "bfdot v0.4s, v1.8h, v2.8h", "FEAT_BF16"},
	{0x1e634020, "bfcvt h0, s1", "FEAT_BF16"},
	{0x4e829c20, "usdot v0.4s, v1.16b, v2.16b", "FEAT_I8MM"},
	{0x4e82a420, "smmla v0.4s, v1.16b, v2.16b", "FEAT_I8MM"},
	{0xd53c1180, "mrs x0, HFGRTR_EL2", "FEAT_FGT"},
	{0xd53be0c0, "mrs x0, CNTVCTSS_EL0", "FEAT_ECV"},
	{0xd5031000, "wfet x0", "FEAT_WFxT"},
	{0xf83fd100, "ld64b x0, [x8]", "FEAT_LS64"},
	{0xf821b100, "st64bv x1, x0, [x8]", "FEAT_LS64_V"},
	{0xf821a100, "st64bv0 x1, x0, [x8]", "FEAT_LS64_ACCDATA"},
	{0xd503323f, "dsb oshnxs", "FEAT_XS"},
	{0xd508971f, "tlbi vmalle1nxs", "FEAT_XS"},
	{0xd53c1240, "mrs x0, HCRX_EL2", "FEAT_HCX"},
	{0xd5389920, "mrs x0, PMSNEVFR_EL1", "FEAT_SPEv1p2"},
	{0x19010440, "cpyfp [x0]!, [x1]!, x2!", "FEAT_MOPS"},
	{0x19c20420, "setp [x0]!, x1!, x2", "FEAT_MOPS"},
	{0x1dc20420, "setgp [x0]!, x1!, x2", "FEAT_MOPS"},
	{0x54000030, "bc.eq #4", "FEAT_HBC"},
	{0xd5384300, "mrs x0, ALLINT", "FEAT_NMI"},
	{0xdac02020, "abs x0, x1", "FEAT_CSSC"},
	{0xdac01c20, "cnt x0, x1", "FEAT_CSSC"},
	{0x91c40c20, "umax x0, x1, #3", "FEAT_CSSC"},
	{0xd9411840, "ldiapp x0, x1, [x2]", "FEAT_LRCPC3"},
	{0xd9010840, "stilp x0, x1, [x2, #-16]!", "FEAT_LRCPC3"},
	{0xd50322df, "clrbhb", NULL},
	{0xf9800006, "prfm pldslckeep, [x0]", NULL},
	{0xd50b73c0, "cosp rctx, x0", "FEAT_SPECRES2"},
	{0xd5385340, "mrs x0, ERXGSR_EL1", "FEAT_RASv2"},
	{0x19200841, "rcwcas x0, x1, [x2]", "FEAT_THE"},
	{0x04a20020, "add z0.s, z1.s, z2.s", "FEAT_SVE"},
	{0x2518e3e0, "ptrue p0.b", "FEAT_SVE"},
	{0x04bf5020, "rdvl x0, #1", "FEAT_SVE"},
	{0x04a0e3e0, "cntw x0", "FEAT_SVE"},
	{0x64a2e420, "fmmla z0.s, z1.s, z2.s", "FEAT_F32MM"},
	{0x64e2e420, "fmmla z0.d, z1.d, z2.d", "FEAT_F64MM"},
	{0xa4202000, "ld1rob { z0.b }, p0/z, [x0]", "FEAT_F64MM"},
	{0x64628020, "bfdot z0.s, z1.h, z2.h", "FEAT_BF16"},
	{0x44827820, "usdot z0.s, z1.b, z2.b", "FEAT_I8MM"},
	{0x45029820, "smmla z0.s, z1.b, z2.b", "FEAT_I8MM"},
	{0x04a26020, "mul z0.s, z1.s, z2.s", "FEAT_SVE2"},
	{0x05232820, "tbl z0.b, { z1.b, z2.b }, z3.b", "FEAT_SVE2"},
	{0x4522e020, "aese z0.b, z0.b, z1.b", "FEAT_SVE_AES"},
	{0x45026820, "pmullb z0.q, z1.d, z2.d", "FEAT_SVE_PMULL128"},
	{0x4522f420, "rax1 z0.d, z1.d, z2.d", "FEAT_SVE_SHA3"},
	{0x4523e020, "sm4e z0.s, z0.s, z1.s", "FEAT_SVE_SM4"},
	{0x4502b420, "bdep z0.b, z1.b, z2.b", "FEAT_SVE_BitPerm"},
	{0xd5389b40, "mrs x0, TRBBASER_EL1", NULL},
	{0xd509729f, "brb iall", "FEAT_BRBE"},
	{0xd53e21c0, "mrs x0, GPCCR_EL3", "FEAT_RME"},
	{0xd503477f, "smstart", "FEAT_SME"},
	{0x04bf5820, "rdsvl x0, #1", "FEAT_SME"},
	{0xd53bd0a0, "mrs x0, TPIDR2_EL0", "FEAT_SME"},
	{0xd53b4240, "mrs x0, SVCR", "FEAT_SME"},
	{0x80812000, "fmopa za0.s, p0/m, p1/m, z0.s, z1.s", "FEAT_SME"},
	{0xc0d02000, "addha za0.d, p0/m, p1/m, z0.d", "FEAT_SME_I16I64"},
	{0x80c12000, "fmopa za0.d, p0/m, p1/m, z0.d, z1.d", "FEAT_SME_F64F64"},
	{0xc0480001, "zero { zt0 }", "FEAT_SME2"},
	{0xc1a01c10, "add za.s[w8, 0, vgx2], { z0.s, z1.s }", "FEAT_SME2"},
	{0xd53ca8e0, "mrs x0, MECIDR_EL2", "FEAT_MEC"},
	{0xd503251f, "chkfeat x16", NULL},
	{0x19218040, "swpp x0, x1, [x2]", "FEAT_LSE128"},
	{0xd5782000, "mrrs x0, x1, TTBR0_EL1", "FEAT_D128"},
	{0xd50b7700, "gcspushm x0", "FEAT_GCS"},
	{0xd50b7740, "gcsss1 x0", "FEAT_GCS"},
	{0xd50b72e0, "trcit x0", "FEAT_ITE"},
	{0xa0400000, "ld1b { z0.b, z1.b }, pn8/z, [x0]", "FEAT_SVE2p1"},
	{0x4482c020, "sclamp z0.s, z1.s, z2.s", "FEAT_SVE2p1"},
	{0x65020020, "bfadd z0.h, z1.h, z2.h", "FEAT_SVE_B16B16"},
	{0xc0020200, "movaz z0.b, za0h.b[w12, 0]", "FEAT_SME2p1"},
	{0xc1a41c00, "fadd za.h[w8, 0, vgx2], { z0.h, z1.h }", "FEAT_SME_F16F16"},
	{0xc1e41c00, "bfadd za.h[w8, 0, vgx2], { z0.h, z1.h }", "FEAT_SME_B16B16"},
	{0x9a022020, "addpt x0, x1, x2", "FEAT_CPA"},
	{0x4ea2dc20, "famax v0.4s, v1.4s, v2.4s", "FEAT_FAMINMAX"},
	{0x4e821020, "luti2 v0.16b, { v1.16b }, v2[0]", "FEAT_LUT"},
	{0x2e217820, "f1cvtl v0.8h, v1.8b", "FEAT_FP8"},
	{0x0ec2fc20, "fmlalb v0.8h, v1.16b, v2.16b", "FEAT_FP8FMA"},
	{0x4e02fc20, "fdot v0.4s, v1.16b, v2.16b", "FEAT_FP8DOT4"},
	{0x4e42fc20, "fdot v0.8h, v1.16b, v2.16b", "FEAT_FP8DOT2"},
	{0xdac1a3fe, "paciasppc", "FEAT_PAuth_LR"},
	{0xd50c865f, "tlbi vmallws2e1", "FEAT_TLBIW"},
	{0xf4010020, "cbgt x0, x1, #4", "FEAT_CMPBR"},
	{0x1e6a0020, "fcvtns s0, d1", "FEAT_FPRCVT"},
	{0x19200441, "ldtadd w0, w1, [x2]", "FEAT_LSUI"},
	{0xbc200041, "ldfadd s0, s1, [x2]", "FEAT_LSFE"},
	{0x6e82ec20, "fmmla v0.4s, v1.16b, v2.16b", "FEAT_F8F32MM"},
	{0x6e02ec20, "fmmla v0.8h, v1.16b, v2.16b", "FEAT_F8F16MM"},
	{0xd5087fa0, "dc cigdvaps, x0", "FEAT_PoPS"},
	{0xd50b7f00, "dc civaoc, x0", "FEAT_OCCMO"},
	{0xd503261f, "stshh keep", NULL},
	{0x6422e420, "fmmla z0.s, z1.h, z2.h", "FEAT_SVE_F16F32MM"},
	{0x65098020, "bfscale z0.h, p0/m, z0.h, z1.h", "FEAT_SVE_BFSCALE"},
	{0x4522e840, "aese { z0.b, z1.b }, { z0.b, z1.b }, z2.q[0]", "FEAT_SVE_AES2"},
	{0x80000000, "fmop4a za0.s, z0.s, z16.s", "FEAT_SME_MOP4"},
	{0xd503201f, "nop", NULL},
	{0xd503203f, "yield", NULL},
	{0xd50320df, "dgh", NULL},
	{0xd50323df, "autibz", NULL},
	{0xd53bd040, "mrs x0, TPIDR_EL0", NULL},
	{0xd53b4400, "mrs x0, FPCR", NULL},
	{0xd5380600, "mrs x0, ID_AA64ISAR0_EL1", NULL},
	{0xd5380480, "mrs x0, ID_AA64ZFR0_EL1", NULL},
	{0xd53b4440, "mrs x0, FPMR", "FEAT_FPMR"},
	{0xd53be040, "mrs x0, CNTVCT_EL0", NULL},
	{0xd53b9d00, "mrs x0, PMCCNTR_EL0", NULL},
	{0xd50b7420, "dc zva, x0", NULL},
	{0xd50b7b20, "dc cvau, x0", NULL},
	{0xd50b7520, "ic ivau, x0", NULL},
	{0xd4000001, "svc #0", NULL},
	{0xd4200020, "brk #0x1", NULL},
	{0x885f7c20, "ldxr w0, [x1]", NULL},
	{0xd5033bbf, "dmb ish", NULL},
	{0x81731372, "ftmopa za2.s, { z26.h, z27.h }, z19.h, z28[3]", "FEAT_SME_TMOP"},
	{0x445ed4e5, "sabal z5.h, z7.b, z30.b", "FEAT_SVE2p3"},
	{0xd508a10d, "plbi vmalle1os, x13", "FEAT_TLBID"},
	{0xd5900b6b, "tchangef x11, #91", "FEAT_S1POE2"},
	{0x6499e0c6, "frinti z6.s, p0/z, z6.s", "FEAT_SVE2p2"},
	{0x4ed2ec5a, "fmmla v26.8h, v2.8h, v18.8h", "FEAT_F16MM"},
	{0xc19241e6, "fmlall za.s[w10, 0:3, vgx2], { z14.b, z15.b }, z2.b[3]", "FEAT_SME_F8F32"},
	{0xc1c1ebc9, "fmlal za.h[w11, 2:3], z30.b, z1.b[13]", "FEAT_SME_F8F16"},
	{0xd94b5a71, "ldap x17, x11, [x19]", "FEAT_LSCP"},
	{0x0f789a95, "fdot v21.2s, v20.4h, v24.2h[3]", "FEAT_F16F32DOT"},
	{0xd53cda3a, "mrs x26, AMEVCNTVOFF11_EL2", "FEAT_AMUv1p1"},
	{0x4e59efbc, "fmmla v28.4s, v29.8h, v25.8h", "FEAT_F16F32MM"},
	{0xd50cc17c, "gic vdaff, x28", "FEAT_GCIE"},
	{0xd5110b98, "msr TRCEXTINSELR3, x24", "FEAT_ETE"},
	{0xd51c2210, "msr VNCR_EL2, x16", "FEAT_NV2"},
	{0x1ddf90fc, "setgoet [x28]!, x7!", "FEAT_MOPS_GO"},
	{0xc121fc50, "luti6 { z16.h, z20.h, z24.h, z28.h }, { z2.h, z3.h }, { z1, z2 }[0]",
	 "FEAT_SME2p3"},
	{0x64efe3de, "bfmmla z30.h, z30.h, z15.h", "FEAT_SVE_B16MM"},
	{0xd50b74a5, "dc zgbva, x5", "FEAT_MTETC"},
	{0xc1fee4d6, "fmul { z22.d, z23.d }, { z6.d, z7.d }, { z30.d, z31.d }", "FEAT_SME2p2"},
	{0xd50c70fc, "mlbi vpmge1, x28", "FEAT_MPAMv2"},
	{0xd4e00060, "tenter #3", "FEAT_TEV"},
	{0xc04f03ef, "movt zt0, z15", "FEAT_SME_LUTv2"},
	{0xffffffff, ".inst 0xffffffff", NULL},
	{0x00010000, ".inst 0x00010000", NULL},
	{0x0000ffff, "udf #65535", NULL},
	{0xd503477f, "smstart", "FEAT_SME"},
	{0xd51b4443, "msr FPMR, x3", "FEAT_FPMR"},
};

/* Extensions that no word shows: they change what instructions do, are hints or registers that
 * decode on any CPU, or allow in streaming mode what is another extension's outside it. */
static const gchar *const silent[] = {
	"FEAT_PMUv3",    "FEAT_LSE2",         "FEAT_MPAM",         "FEAT_BTI",
	"FEAT_CLRBHB",   "FEAT_PRFMSLC",      "FEAT_TRBE",         "FEAT_SME_FA64",
	"FEAT_CHK",      "FEAT_SSVE_FP8FMA",  "FEAT_SSVE_FP8DOT4", "FEAT_SSVE_FP8DOT2",
	"FEAT_SSVE_AES", "FEAT_SSVE_BitPerm", "FEAT_SSVE_FEXPA",   "FEAT_PCDPHINT",
	"FEAT_BTIE",     "FEAT_CMH",
};

static gchar *text_of(const IsaInsn *insn)
{
	return g_strjoin(*insn->operands ? " " : "", insn->mnemonic, insn->operands, NULL);
}

static void test_words(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		g_auto(IsaInsn) insn = {0};
		g_autofree gchar *text = NULL;

		g_assert_true(isa_explain(words[i].word, &insn, NULL));
		text = text_of(&insn);
		g_assert_cmpstr(text, ==, words[i].text);
		g_assert_cmpstr(insn.feature ? insn.feature->feature : NULL, ==, words[i].feature);
	}
}

/* Every extension of the table has a word above, or is one that has none. */
static void test_every_feature(void)
{
	g_autoptr(GHashTable) met = g_hash_table_new(g_str_hash, g_str_equal);

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
		if (words[i].feature)
			g_hash_table_add(met, (gpointer)words[i].feature);
	for (gsize i = 0; i < G_N_ELEMENTS(silent); i++)
		g_assert_true(g_hash_table_add(met, (gpointer)silent[i]));
	for (const IsaFeature *f = isa_features(); f->feature; f++)
		if (!g_hash_table_remove(met, f->feature))
			g_error("no word for %s", f->feature);
	g_assert_cmpuint(g_hash_table_size(met), ==, 0);
}

static void test_table(void)
{
	g_autoptr(GHashTable) met = g_hash_table_new(g_str_hash, g_str_equal);

	for (const IsaFeature *f = isa_features(); f->feature; f++) {
		g_assert_true(g_regex_match_simple("^FEAT_[A-Za-z0-9_]+$", f->feature, 0, 0));
		g_assert_true(g_hash_table_add(met, (gpointer)f->feature));
		g_assert_true(g_regex_match_simple("^ARMv[89]\\.[0-9]-A$", f->arch, 0, 0));
		g_assert_true(!f->hwcap || g_regex_match_simple("^[a-z0-9]+$", f->hwcap, 0, 0));
		g_assert_true(isa_feature(f->feature) == f);
	}
	g_assert_null(isa_feature("FEAT_NONE"));
	g_assert_null(isa_feature(NULL));
}

static void test_facts(void)
{
	const IsaFeature *lse = isa_feature("FEAT_LSE");

	g_assert_cmpstr(lse->llvm, ==, "lse");
	g_assert_cmpstr(lse->rust, ==, "lse");
	g_assert_cmpstr(lse->arch, ==, "ARMv8.1-A");
	g_assert_cmpstr(lse->hwcap, ==, "atomics");
	g_assert_true(lse->mandatory);
	g_assert_cmpstr(isa_feature("FEAT_FP16")->rust, ==, "fp16");
	g_assert_cmpstr(isa_feature("FEAT_FP16")->llvm, ==, "fullfp16");
	g_assert_false(isa_feature("FEAT_AES")->mandatory);
}

/* LLVM says on standard error that it does not know a feature's name, and goes on. */
static void test_names_known(void)
{
	if (g_test_subprocess()) {
		test_words();
		return;
	}
	g_test_trap_subprocess(NULL, 0, 0);
	g_test_trap_assert_passed();
	g_test_trap_assert_stderr_unmatched("*is not a recognized feature*");
}

static gpointer explain_many(gpointer data)
{
	for (guint i = 0; i < 20; i++)
		test_words();
	return data;
}

static void test_threads(void)
{
	GThread *threads[4];

	for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("explain", explain_many, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
		g_thread_join(threads[i]);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/isa/words", test_words);
	g_test_add_func("/isa/every-feature", test_every_feature);
	g_test_add_func("/isa/table", test_table);
	g_test_add_func("/isa/facts", test_facts);
	g_test_add_func("/isa/names-known", test_names_known);
	g_test_add_func("/isa/threads", test_threads);
	return g_test_run();
}
