#include <signal.h>
#include <string.h>

#include "judge/advice.h"

static const IsaFeature lse = {.feature = "FEAT_LSE",
			       .llvm = "lse",
			       .rust = "lse",
			       .arch = "ARMv8.1-A",
			       .mandatory = TRUE,
			       .hwcap = "atomics"};
static const IsaFeature sve = {
	.feature = "FEAT_SVE", .llvm = "sve", .rust = "sve", .arch = "ARMv8.2-A", .hwcap = "sve"};
static const IsaFeature mops = {.feature = "FEAT_MOPS",
				.llvm = "mops",
				.arch = "ARMv8.8-A",
				.mandatory = TRUE,
				.hwcap = "mops"};
static const IsaFeature sme64 = {.feature = "FEAT_SME_I16I64",
				 .llvm = "sme-i16i64",
				 .arch = "ARMv9.2-A",
				 .hwcap = "smei16i64"};
static const IsaFeature wfxt = {.feature = "FEAT_XYZ", .llvm = "xyz", .arch = "ARMv8.7-A"};

#define OWN    "adds no -march of its own"
#define OPT    "cmake -DMI_OPT_ARCH=OFF"
#define NO_OPT "cmake -DMI_NO_OPT_ARCH=ON\n"
#define BOTH   "cmake -DMI_NO_OPT_ARCH=ON -DMI_OPT_ARCH=OFF"
#define CARGO                                                                                      \
	"[target.'cfg(not(all(target_arch = \"aarch64\", target_os = \"linux\")))'.dependencies]"

/* One row: what is found and what the advice must and must not say. */
static const struct {
	const gchar *test;
	const IsaFeature *isa;
	const gchar *culprit, *culprit_version, *object, *function, *source, *caller;
	const gchar *allocator, *version;
	const gchar *says;
	const gchar * not ;
} rows[] = {
	{"mimalloc/1.8.8", &lse, "mimalloc", "1.8.8", .says = OWN, .not = "MI_"},
	{"mimalloc/1.8.9", &lse, "mimalloc", "1.8.9", .says = BOTH},
	{"mimalloc/2.0.9", &lse, "mimalloc", "2.0.9", .says = OWN, .not = "MI_"},
	{"mimalloc/2.1.8", &lse, "mimalloc", "2.1.8", .says = OWN, .not = "MI_"},
	{"mimalloc/2.1.9", &lse, "mimalloc", "2.1.9", .says = OPT, .not = "NO_OPT"},
	{"mimalloc/2.2.0", &lse, "mimalloc", "2.2.0", .says = BOTH},
	{"mimalloc/2.2.2", &lse, "mimalloc", "2.2.2", .says = BOTH},
	{"mimalloc/2.2.3", &lse, "mimalloc", "2.2.3", .says = NO_OPT, .not = BOTH},
	{"mimalloc/2.2.10", &lse, "mimalloc", "2.2.10", .says = NO_OPT, .not = BOTH},
	{"mimalloc/3.0.1-alpha", &lse, "mimalloc", "3.0.1-alpha", .says = BOTH},
	{"mimalloc/3.1", &lse, "mimalloc", "3.1", .says = NO_OPT, .not = BOTH},
	{"mimalloc/3.5.0", &lse, "mimalloc", "3.5.0", .says = "mimalloc 3.5.0 raises"},
	{"mimalloc/unknown", &lse, "mimalloc", NULL, .says = BOTH},
	{"mimalloc/no-number", &lse, "mimalloc", "git", .says = BOTH},
	{"mimalloc/rust-hint", &lse, "mimalloc", "2.1.9",
	 .says = "in a Rust crate: mimalloc 0.1.52", .not = CARGO},
	{"mimalloc/in-rust", &lse, "mimalloc", "2.1.9", .caller = "app::main::h0123456789abcdef",
	 .says = CARGO, .not = "in a Rust crate:"},
	{"mimalloc/last-resort", &lse, "mimalloc", "2.1.9", .says = "last resort: the system's"},
	{"crate/mimalloc-0.1.51", &lse, "mimalloc", "0.1.51", .says = "update to 0.1.52"},
	{"crate/mimalloc-0.1.52", &lse, "mimalloc", "0.1.52", .says = OWN},
	{"crate/sys-0.1.48", &lse, "libmimalloc-sys", "0.1.48", .says = "0.1.49 or later"},
	{"crate/sys-0.1.49", &lse, "libmimalloc-sys", "0.1.49", .says = "-moutline-atomics"},
	{"crate/safe-0.1.52", &lse, "mimalloc-safe", "0.1.52", .says = "update to 0.1.53"},
	{"crate/safe-0.1.53", &lse, "mimalloc-safe", "0.1.53", .says = "give it features",
	 .not = "update"},
	{"crate/sys2", &lse, "libmimalloc-sys2", "0.1.44", .says = "take mimalloc-safe 0.1.53"},
	{"crate/of-source", &lse, "mimalloc", "2.2.4",
	 .source = "/home/u/.cargo/registry/src/index-1/libmimalloc-sys-0.1.48/c_src/x.c:3",
	 .says = "libmimalloc-sys 0.1.48 compiles", .not = "2.2.4"},
	{"jemalloc", &lse, "jemalloc", "5.3.0", .says = "./configure CFLAGS="},
	{"tcmalloc", &lse, "tcmalloc", NULL, .says = "tcmalloc takes"},
	{"subject/its-file", &lse, .object = "/rig/subject/libmimalloc.so", .allocator = "mimalloc",
	 .version = "2.1.9", .says = OPT},
	{"subject/other-file", &lse, .object = "/usr/lib/libz.so.1", .allocator = "mimalloc",
	 .version = "2.1.9", .says = "-moutline-atomics", .not = "mimalloc"},
	{"subject/version", &lse, "mimalloc", .object = "/rig/subject/libmimalloc.so",
	 .allocator = "mimalloc", .version = "2.2.3", .says = NO_OPT},
	{"subject/other-version", &lse, "jemalloc", .allocator = "mimalloc", .version = "2.2.3",
	 .says = "jemalloc takes", .not = "2.2.3"},
	{"plain/lse", &lse, .object = "/x/a.node", .says = "-march=armv8-a -moutline-atomics",
	 .not = "Rust"},
	{"plain/sve", &sve, .says = "getauxval(AT_HWCAP) & HWCAP_SVE", .not = "outline"},
	{"plain/mops", &mops, .says = "getauxval(AT_HWCAP2) & HWCAP2_MOPS"},
	{"plain/irregular", &sme64, .says = "where the kernel lists \"smei16i64\""},
	{"plain/no-hwcap", &wfxt, .says = "where the CPU has FEAT_XYZ"},
	{"plain/called-by-rust", &lse, .caller = "<A as B>::run",
	 .says = "in a Rust crate: CFLAGS_aarch64_unknown_linux_gnu", .not = "RUSTFLAGS"},
	{"rust/lse", &lse, .source = "src/lib.rs:10",
	 .says = "'-C target-feature=-lse,+outline-atomics'", .not = "CFLAGS_"},
	{"rust/sve", &sve, .function = "a::b::h0123456789abcdef",
	 .says = "is_aarch64_feature_detected!(\"sve\")", .not = "outline"},
	{"rust/no-name", &mops, .function = "a::{closure#0}", .says = "-C target-cpu=generic'",
	 .not = "target-feature"},
	{"cxx-is-not-rust", &lse, .function = "std::vector<int>::push_back(int&&)",
	 .says = "compile with", .not = "Rust"},
};

static void check_shape(const gchar *advice)
{
	g_auto(GStrv) lines = g_strsplit(advice, "\n", -1);

	g_assert_false(g_str_has_suffix(advice, "\n"));
	for (guint i = 0; lines[i]; i++) {
		g_assert_cmpuint(strlen(lines[i]), >, 0);
		g_assert_cmpint(g_utf8_strlen(lines[i], -1), <=, 100);
		g_assert_null(strchr(lines[i], '@'));
	}
}

static void test_row(gconstpointer data)
{
	gsize row = GPOINTER_TO_SIZE(data);
	g_autoptr(Fault) fault = fault_new(SIGILL);
	const AdviceFacts facts = {fault, rows[row].isa, rows[row].allocator, rows[row].version};
	g_autofree gchar *advice = NULL;

	fault->culprit = g_strdup(rows[row].culprit);
	fault->culprit_version = g_strdup(rows[row].culprit_version);
	fault->object = g_strdup(rows[row].object);
	fault->function = g_strdup(rows[row].function);
	fault->source = g_strdup(rows[row].source);
	if (rows[row].caller) {
		Frame *frame = frame_new(0x1000);

		frame->function = g_strdup(rows[row].caller);
		g_ptr_array_add(fault->backtrace, frame);
	}
	advice = advice_for(&facts);
	g_assert_nonnull(advice);
	g_test_message("%s", advice);
	g_assert_nonnull(strstr(advice, rows[row].says));
	if (rows[row].not )
		g_assert_null(strstr(advice, rows[row].not ));
	check_shape(advice);
}

static void test_none(void)
{
	g_autoptr(Fault) trap = fault_new(SIGTRAP);
	g_autoptr(Fault) udf = fault_new(SIGILL);
	const AdviceFacts facts[] = {
		{NULL, &lse, NULL, NULL},
		{trap, &lse, NULL, NULL},
		{udf, NULL, "mimalloc", "2.1.9"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(facts); i++)
		g_assert_null(advice_for(&facts[i]));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/advice/none", test_none);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree gchar *path = g_strconcat("/advice/", rows[i].test, NULL);

		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_row);
	}
	return g_test_run();
}
