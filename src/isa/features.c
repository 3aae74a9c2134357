#include "isa/features.h"

#include "isa/isa.h"

/* The columns of IsaFeature. Basic before derived: what an extension builds on stands above it,
 * for the oracle adds them in this order. */
static const IsaFeature features[] = {
	/* Optional since Armv8.0. */
	{"FEAT_CRC32", "crc", "crc", "crc", "ARMv8.1-A", TRUE, "crc32"},
	{"FEAT_AES", "aes", "aes", "aes", "ARMv8.0-A", FALSE, "aes"},
	{"FEAT_PMULL", "aes", "aes", "aes", "ARMv8.0-A", FALSE, "pmull"},
	{"FEAT_SHA1", "sha2", "sha2", "sha2", "ARMv8.0-A", FALSE, "sha1"},
	{"FEAT_SHA256", "sha2", "sha2", "sha2", "ARMv8.0-A", FALSE, "sha2"},
	{"FEAT_PMUv3", "perfmon", "pmuv3", NULL, "ARMv8.0-A", FALSE, NULL},

	/* Armv8.1 */
	{"FEAT_LSE", "lse", "lse", "lse", "ARMv8.1-A", TRUE, "atomics"},
	{"FEAT_RDM", "rdm", "rdm", "rdma", "ARMv8.1-A", TRUE, "asimdrdm"},
	{"FEAT_PAN", "pan", "pan", "pan", "ARMv8.1-A", TRUE, NULL},
	{"FEAT_LOR", "lor", "lor", "lor", "ARMv8.1-A", TRUE, NULL},
	{"FEAT_VHE", "vh", "vh", NULL, "ARMv8.1-A", TRUE, NULL},

	/* Armv8.2 */
	{"FEAT_FP16", "fullfp16", "fp16", "fp16", "ARMv8.2-A", FALSE, "fphp"},
	{"FEAT_FHM", "fp16fml", "fhm", "fp16fml", "ARMv8.2-A", FALSE, "asimdfhm"},
	{"FEAT_SHA512", "sha3", "sha3", "sha3", "ARMv8.2-A", FALSE, "sha512"},
	{"FEAT_SHA3", "sha3", "sha3", "sha3", "ARMv8.2-A", FALSE, "sha3"},
	{"FEAT_SM3", "sm4", "sm4", "sm4", "ARMv8.2-A", FALSE, "sm3"},
	{"FEAT_SM4", "sm4", "sm4", "sm4", "ARMv8.2-A", FALSE, "sm4"},
	{"FEAT_SVE", "sve", "sve", "sve", "ARMv8.2-A", FALSE, "sve"},
	{"FEAT_UAO", "uaops", NULL, NULL, "ARMv8.2-A", TRUE, NULL},
	{"FEAT_PAN2", "pan-rwv", NULL, "pan-rwv", "ARMv8.2-A", TRUE, NULL},
	{"FEAT_RAS", "ras", "ras", "ras", "ARMv8.2-A", TRUE, NULL},
	{"FEAT_DPB", "ccpp", "dpb", NULL, "ARMv8.2-A", TRUE, "dcpop"},
	{"FEAT_SPE", "spe", "spe", NULL, "ARMv8.2-A", FALSE, NULL},

	/* Armv8.3 */
	{"FEAT_LRCPC", "rcpc", "rcpc", "rcpc", "ARMv8.3-A", TRUE, "lrcpc"},
	{"FEAT_PAuth", "pauth", "paca", "pauth", "ARMv8.3-A", TRUE, "paca"},
	{"FEAT_JSCVT", "jsconv", "jsconv", "jscvt", "ARMv8.3-A", TRUE, "jscvt"},
	{"FEAT_FCMA", "complxnum", "fcma", "fcma", "ARMv8.3-A", TRUE, "fcma"},
	{"FEAT_CCIDX", "ccidx", NULL, NULL, "ARMv8.3-A", FALSE, NULL},

	/* Armv8.4 */
	{"FEAT_DotProd", "dotprod", "dotprod", "dotprod", "ARMv8.4-A", TRUE, "asimddp"},
	{"FEAT_FlagM", "flagm", "flagm", "flagm", "ARMv8.4-A", TRUE, "flagm"},
	{"FEAT_LRCPC2", "rcpc-immo", "rcpc2", NULL, "ARMv8.4-A", TRUE, "ilrcpc"},
	{"FEAT_LSE2", "lse2", "lse2", NULL, "ARMv8.4-A", TRUE, "uscat"},
	{"FEAT_DIT", "dit", "dit", "dit", "ARMv8.4-A", TRUE, "dit"},
	{"FEAT_NV2", "nv", NULL, NULL, "ARMv8.4-A", FALSE, NULL},
	{"FEAT_TRF", "tracev8.4", NULL, NULL, "ARMv8.4-A", FALSE, NULL},
	{"FEAT_AMUv1", "am", NULL, NULL, "ARMv8.4-A", FALSE, NULL},
	{"FEAT_SEL2", "sel2", NULL, NULL, "ARMv8.4-A", FALSE, NULL},
	{"FEAT_TLBIOS", "tlb-rmi", NULL, "tlb-rmi", "ARMv8.4-A", TRUE, NULL},
	{"FEAT_TLBIRANGE", "tlb-rmi", NULL, "tlb-rmi", "ARMv8.4-A", TRUE, NULL},
	{"FEAT_MPAM", "mpam", NULL, NULL, "ARMv8.4-A", FALSE, NULL},

	/* Armv8.5 */
	{"FEAT_FlagM2", "altnzcv", "flagm2", NULL, "ARMv8.5-A", TRUE, "flagm2"},
	{"FEAT_FRINTTS", "fptoint", "frintts", NULL, "ARMv8.5-A", TRUE, "frint"},
	{"FEAT_SB", "sb", "sb", "sb", "ARMv8.5-A", TRUE, "sb"},
	{"FEAT_SSBS", "ssbs", "ssbs", "ssbs", "ARMv8.5-A", TRUE, "ssbs"},
	{"FEAT_SPECRES", "predres", NULL, "predres", "ARMv8.5-A", TRUE, NULL},
	{"FEAT_CSV2_2", "specrestrict", NULL, NULL, "ARMv8.5-A", FALSE, NULL},
	{"FEAT_DPB2", "ccdp", "dpb2", NULL, "ARMv8.5-A", TRUE, "dcpodp"},
	{"FEAT_BTI", "bti", "bti", "bti", "ARMv8.5-A", TRUE, "bti"},
	{"FEAT_RNG", "rand", "rand", "rng", "ARMv8.5-A", FALSE, "rng"},
	{"FEAT_MTE", "mte", "mte", "memtag", "ARMv8.5-A", FALSE, "mte"},
	{"FEAT_MTE2", "mte", "mte", "memtag", "ARMv8.5-A", FALSE, "mte"},

	/* Armv8.6 */
	{"FEAT_BF16", "bf16", "bf16", "bf16", "ARMv8.6-A", TRUE, "bf16"},
	{"FEAT_I8MM", "i8mm", "i8mm", "i8mm", "ARMv8.6-A", TRUE, "i8mm"},
	{"FEAT_FGT", "fgt", NULL, NULL, "ARMv8.6-A", TRUE, NULL},
	{"FEAT_ECV", "ecv", "ecv", NULL, "ARMv8.6-A", TRUE, "ecv"},
	{"FEAT_AMUv1p1", "amvs", NULL, NULL, "ARMv8.6-A", FALSE, NULL},

	/* Armv8.7 */
	{"FEAT_WFxT", "wfxt", "wfxt", "wfxt", "ARMv8.7-A", TRUE, "wfxt"},
	{"FEAT_LS64", "ls64", NULL, "ls64", "ARMv8.7-A", FALSE, NULL},
	{"FEAT_LS64_V", "ls64", NULL, "ls64", "ARMv8.7-A", FALSE, NULL},
	{"FEAT_LS64_ACCDATA", "ls64", NULL, "ls64", "ARMv8.7-A", FALSE, NULL},
	{"FEAT_XS", "xs", NULL, "xs", "ARMv8.7-A", TRUE, NULL},
	{"FEAT_HCX", "hcx", NULL, NULL, "ARMv8.7-A", TRUE, NULL},
	{"FEAT_SPEv1p2", "spe-eef", NULL, NULL, "ARMv8.7-A", FALSE, NULL},

	/* Armv8.8 */
	{"FEAT_MOPS", "mops", "mops", "mops", "ARMv8.8-A", TRUE, "mops"},
	{"FEAT_HBC", "hbc", "hbc", "hbc", "ARMv8.8-A", TRUE, "hbc"},
	{"FEAT_NMI", "nmi", NULL, NULL, "ARMv8.8-A", TRUE, NULL},

	/* Armv8.9 */
	{"FEAT_CSSC", "cssc", "cssc", "cssc", "ARMv8.9-A", TRUE, "cssc"},
	{"FEAT_LRCPC3", "rcpc3", "rcpc3", "rcpc3", "ARMv8.9-A", FALSE, "lrcpc3"},
	{"FEAT_CLRBHB", "clrbhb", NULL, NULL, "ARMv8.9-A", TRUE, NULL},
	{"FEAT_PRFMSLC", "prfm-slc-target", NULL, NULL, "ARMv8.9-A", FALSE, NULL},
	{"FEAT_SPECRES2", "specres2", NULL, "predres2", "ARMv8.9-A", TRUE, NULL},
	{"FEAT_RASv2", "rasv2", NULL, "rasv2", "ARMv8.9-A", TRUE, NULL},
	{"FEAT_THE", "the", NULL, "the", "ARMv8.9-A", FALSE, NULL},

	/* Armv9.0, with SVE2 and what Armv8.6 added to SVE */
	{"FEAT_F32MM", "f32mm", "f32mm", "f32mm", "ARMv8.2-A", FALSE, "svef32mm"},
	{"FEAT_F64MM", "f64mm", "f64mm", "f64mm", "ARMv8.2-A", FALSE, "svef64mm"},
	{"FEAT_SVE2", "sve2", "sve2", "sve2", "ARMv9.0-A", FALSE, "sve2"},
	{"FEAT_SVE_AES", "sve-aes", "sve2-aes", "sve2-aes", "ARMv9.0-A", FALSE, "sveaes"},
	{"FEAT_SVE_PMULL128", "sve-aes", "sve2-aes", "sve2-aes", "ARMv9.0-A", FALSE, "svepmull"},
	{"FEAT_SVE_SHA3", "sve-sha3", "sve2-sha3", "sve2-sha3", "ARMv9.0-A", FALSE, "svesha3"},
	{"FEAT_SVE_SM4", "sve-sm4", "sve2-sm4", "sve2-sm4", "ARMv9.0-A", FALSE, "svesm4"},
	{"FEAT_SVE_BitPerm", "sve-bitperm", "sve2-bitperm", "sve2-bitperm", "ARMv9.0-A", FALSE,
	 "svebitperm"},
	/* Before SME2, which has many of the same instructions: outside streaming mode, where
	 * most programs are, they belong to SVE. */
	{"FEAT_SVE2p1", "sve2p1", "sve2p1", "sve2p1", "ARMv9.4-A", FALSE, "sve2p1"},
	{"FEAT_SVE_B16B16", "sve-b16b16", "sve-b16b16", "sve-b16b16", "ARMv9.4-A", FALSE,
	 "sveb16b16"},
	{"FEAT_ETE", "ete", NULL, NULL, "ARMv9.0-A", FALSE, NULL},
	{"FEAT_TRBE", "trbe", NULL, NULL, "ARMv9.0-A", FALSE, NULL},

	/* Armv9.2, with the Scalable Matrix Extension */
	{"FEAT_BRBE", "brbe", NULL, "brbe", "ARMv9.2-A", FALSE, NULL},
	{"FEAT_RME", "rme", NULL, "rme", "ARMv9.2-A", FALSE, NULL},
	{"FEAT_SME", "sme", "sme", "sme", "ARMv9.2-A", FALSE, "sme"},
	{"FEAT_SME_I16I64", "sme-i16i64", "sme-i16i64", "sme-i16i64", "ARMv9.2-A", FALSE,
	 "smei16i64"},
	{"FEAT_SME_F64F64", "sme-f64f64", "sme-f64f64", "sme-f64f64", "ARMv9.2-A", FALSE,
	 "smef64f64"},
	{"FEAT_SME_FA64", "sme-fa64", "sme-fa64", "sme-fa64", "ARMv9.2-A", FALSE, "smefa64"},
	{"FEAT_SME2", "sme2", "sme2", "sme2", "ARMv9.2-A", FALSE, "sme2"},
	{"FEAT_MEC", "mec", NULL, "mec", "ARMv9.3-A", FALSE, NULL},

	/* Armv9.4 */
	{"FEAT_CHK", "chk", NULL, NULL, "ARMv9.4-A", TRUE, NULL},
	{"FEAT_LSE128", "lse128", "lse128", "lse128", "ARMv9.4-A", FALSE, "lse128"},
	{"FEAT_D128", "d128", NULL, "d128", "ARMv9.4-A", FALSE, NULL},
	{"FEAT_GCS", "gcs", NULL, "gcs", "ARMv9.4-A", FALSE, "gcs"},
	{"FEAT_ITE", "ite", NULL, "ite", "ARMv9.4-A", FALSE, NULL},
	{"FEAT_SME2p1", "sme2p1", "sme2p1", "sme2p1", "ARMv9.4-A", FALSE, "sme2p1"},
	{"FEAT_SME_F16F16", "sme-f16f16", "sme-f16f16", "sme-f16f16", "ARMv9.4-A", FALSE,
	 "smef16f16"},
	{"FEAT_SME_B16B16", "sme-b16b16", "sme-b16b16", "sme-b16b16", "ARMv9.4-A", FALSE,
	 "smeb16b16"},

	/* Armv9.5 */
	{"FEAT_CPA", "cpa", NULL, "cpa", "ARMv9.5-A", TRUE, NULL},
	{"FEAT_FAMINMAX", "faminmax", "faminmax", "faminmax", "ARMv9.5-A", TRUE, "faminmax"},
	{"FEAT_LUT", "lut", "lut", "lut", "ARMv9.5-A", TRUE, "lut"},
	{"FEAT_FPMR", NULL, NULL, NULL, "ARMv9.5-A", FALSE, "fpmr"},
	{"FEAT_FP8", "fp8", "fp8", "fp8", "ARMv9.5-A", FALSE, "f8cvt"},
	{"FEAT_FP8FMA", "fp8fma", "fp8fma", "fp8fma", "ARMv9.5-A", FALSE, "f8fma"},
	{"FEAT_FP8DOT4", "fp8dot4", "fp8dot4", "fp8dot4", "ARMv9.5-A", FALSE, "f8dp4"},
	{"FEAT_FP8DOT2", "fp8dot2", "fp8dot2", "fp8dot2", "ARMv9.5-A", FALSE, "f8dp2"},
	{"FEAT_SSVE_FP8FMA", "ssve-fp8fma", "ssve-fp8fma", "ssve-fp8fma", "ARMv9.5-A", FALSE,
	 "smesf8fma"},
	{"FEAT_SSVE_FP8DOT4", "ssve-fp8dot4", "ssve-fp8dot4", "ssve-fp8dot4", "ARMv9.5-A", FALSE,
	 "smesf8dp4"},
	{"FEAT_SSVE_FP8DOT2", "ssve-fp8dot2", "ssve-fp8dot2", "ssve-fp8dot2", "ARMv9.5-A", FALSE,
	 "smesf8dp2"},
	{"FEAT_SME_LUTv2", "sme-lutv2", "sme-lutv2", "sme-lutv2", "ARMv9.5-A", FALSE, "smelutv2"},
	{"FEAT_SME_F8F32", "sme-f8f32", "sme-f8f32", "sme-f8f32", "ARMv9.5-A", FALSE, "smef8f32"},
	{"FEAT_SME_F8F16", "sme-f8f16", "sme-f8f16", "sme-f8f16", "ARMv9.5-A", FALSE, "smef8f16"},
	{"FEAT_PAuth_LR", "pauth-lr", "pauth-lr", "pauth-lr", "ARMv9.5-A", FALSE, NULL},
	{"FEAT_TLBIW", "tlbiw", NULL, "tlbiw", "ARMv9.5-A", FALSE, NULL},

	/* Armv9.6 */
	{"FEAT_CMPBR", "cmpbr", NULL, "cmpbr", "ARMv9.6-A", TRUE, "cmpbr"},
	{"FEAT_FPRCVT", "fprcvt", NULL, "fprcvt", "ARMv9.6-A", TRUE, "fprcvt"},
	{"FEAT_LSUI", "lsui", NULL, "lsui", "ARMv9.6-A", TRUE, NULL},
	{"FEAT_LSFE", "lsfe", NULL, "lsfe", "ARMv9.6-A", FALSE, "lsfe"},
	{"FEAT_F8F32MM", "f8f32mm", NULL, "f8f32mm", "ARMv9.6-A", FALSE, "f8mm8"},
	{"FEAT_F8F16MM", "f8f16mm", NULL, "f8f16mm", "ARMv9.6-A", FALSE, "f8mm4"},
	{"FEAT_SVE2p2", "sve2p2", NULL, "sve2p2", "ARMv9.6-A", FALSE, "sve2p2"},
	{"FEAT_SVE_AES2", "sve-aes2", NULL, "sve-aes2", "ARMv9.6-A", FALSE, "sveaes2"},
	{"FEAT_SVE_BFSCALE", "sve-bfscale", NULL, "sve-bfscale", "ARMv9.6-A", FALSE, "svebfscale"},
	{"FEAT_SVE_F16F32MM", "sve-f16f32mm", NULL, "sve-f16f32mm", "ARMv9.6-A", FALSE, "svef16mm"},
	{"FEAT_SME2p2", "sme2p2", NULL, "sme2p2", "ARMv9.6-A", FALSE, "sme2p2"},
	{"FEAT_SSVE_AES", "ssve-aes", NULL, "ssve-aes", "ARMv9.6-A", FALSE, "smeaes"},
	{"FEAT_SSVE_BitPerm", "ssve-bitperm", NULL, "ssve-bitperm", "ARMv9.6-A", FALSE,
	 "smesbitperm"},
	{"FEAT_SSVE_FEXPA", "ssve-fexpa", NULL, "ssve-fexpa", "ARMv9.6-A", FALSE, "smesfexpa"},
	{"FEAT_SME_MOP4", "sme-mop4", NULL, "sme-mop4", "ARMv9.6-A", FALSE, "smesmop4"},
	{"FEAT_SME_TMOP", "sme-tmop", NULL, "sme-tmop", "ARMv9.6-A", FALSE, "smestmop"},
	{"FEAT_OCCMO", "occmo", NULL, "occmo", "ARMv9.6-A", TRUE, NULL},
	{"FEAT_PoPS", "pops", NULL, "pops", "ARMv9.6-A", FALSE, NULL},
	{"FEAT_PCDPHINT", "pcdphint", NULL, "pcdphint", "ARMv9.6-A", FALSE, NULL},

	/* Armv9.7 */
	{"FEAT_SVE2p3", "sve2p3", NULL, "sve2p3", "ARMv9.7-A", FALSE, NULL},
	{"FEAT_SME2p3", "sme2p3", NULL, "sme2p3", "ARMv9.7-A", FALSE, NULL},
	{"FEAT_F16F32DOT", "f16f32dot", NULL, "f16f32dot", "ARMv9.7-A", FALSE, NULL},
	{"FEAT_F16F32MM", "f16f32mm", NULL, "f16f32mm", "ARMv9.7-A", FALSE, NULL},
	{"FEAT_F16MM", "f16mm", NULL, "f16mm", "ARMv9.7-A", FALSE, NULL},
	{"FEAT_SVE_B16MM", "sve-b16mm", NULL, "sve-b16mm", "ARMv9.7-A", FALSE, NULL},
	{"FEAT_LSCP", "lscp", NULL, "lscp", "ARMv9.7-A", FALSE, NULL},
	{"FEAT_MOPS_GO", "mops-go", NULL, "mops-go", "ARMv9.7-A", FALSE, NULL},
	{"FEAT_MTETC", "mtetc", NULL, "mtetc", "ARMv9.7-A", FALSE, NULL},
	{"FEAT_BTIE", "btie", NULL, "btie", "ARMv9.7-A", FALSE, NULL},
	{"FEAT_CMH", "cmh", NULL, "cmh", "ARMv9.7-A", FALSE, NULL},
	{"FEAT_GCIE", "gcie", NULL, "gcie", "ARMv9.7-A", FALSE, NULL},
	{"FEAT_MPAMv2", "mpamv2", NULL, "mpamv2", "ARMv9.7-A", FALSE, NULL},
	{"FEAT_S1POE2", "poe2", NULL, "poe2", "ARMv9.7-A", FALSE, NULL},
	{"FEAT_TEV", "tev", NULL, "tev", "ARMv9.7-A", FALSE, NULL},
	{"FEAT_TLBID", "tlbid", NULL, "tlbid", "ARMv9.7-A", FALSE, NULL},
	{NULL, NULL, NULL, NULL, NULL, FALSE, NULL},
};

/* LLVM has one name for some sets of extensions; which of them it is shows in the text, that is
 * mnemonic, a space and operands. First match; none: the first of that LLVM name above. */
static const struct {
	const gchar *llvm;
	const gchar *prefix;
	const gchar *feature;
} splits[] = {
	{"aes", "pmull", "FEAT_PMULL"},    {"sha2", "sha256", "FEAT_SHA256"},
	{"sha3", "bcax", "FEAT_SHA3"},     {"sha3", "eor3", "FEAT_SHA3"},
	{"sha3", "rax1", "FEAT_SHA3"},     {"sha3", "xar", "FEAT_SHA3"},
	{"sm4", "sm4", "FEAT_SM4"},        {"tlb-rmi", "tlbi r", "FEAT_TLBIRANGE"},
	{"mte", "ldgm", "FEAT_MTE2"},      {"mte", "stgm", "FEAT_MTE2"},
	{"mte", "stzgm", "FEAT_MTE2"},     {"ls64", "st64bv0", "FEAT_LS64_ACCDATA"},
	{"ls64", "st64bv", "FEAT_LS64_V"}, {"sve-aes", "pmull", "FEAT_SVE_PMULL128"},
};

/* What LLVM decodes whatever the CPU: writes of SVCR by name (smstart, smstop), and FPMR. */
static const struct {
	guint32 mask;
	guint32 value;
	const gchar *feature;
} ungated[] = {
	{0xfffff0ff, 0xd503407f, "FEAT_SME"},
	{0xffdfffe0, 0xd51b4440, "FEAT_FPMR"},
};

const IsaFeature *isa_features(void)
{
	return features;
}

const IsaFeature *isa_feature(const gchar *feature)
{
	for (const IsaFeature *f = features; f->feature; f++)
		if (g_strcmp0(f->feature, feature) == 0)
			return f;
	return NULL;
}

const IsaFeature *isa_feature_of(const IsaFeature *first, const gchar *text)
{
	for (gsize i = 0; i < G_N_ELEMENTS(splits); i++)
		if (g_strcmp0(splits[i].llvm, first->llvm) == 0 &&
		    g_str_has_prefix(text, splits[i].prefix))
			return isa_feature(splits[i].feature);
	return first;
}

const IsaFeature *isa_feature_ungated(guint32 word)
{
	for (gsize i = 0; i < G_N_ELEMENTS(ungated); i++)
		if ((word & ungated[i].mask) == ungated[i].value)
			return isa_feature(ungated[i].feature);
	return NULL;
}
