#include "judge/advice.h"

#include <signal.h>
#include <string.h>

/* What mends a known piece of software, for versions from..below (NULL: no limit). "@" in a text
 * stands for its name and version. The first row that fits wins; a row without limits is the one
 * for unknown versions. */
typedef struct {
	const gchar *name;
	const gchar *from;
	const gchar *below;
	gboolean crate; /* a Rust crate, not a C or C++ library */
	const gchar *text;
} Remedy;

#define OWN_FLAGS                                                                                  \
	"@ adds no -march of its own, so the build's flags did: build it with\n"                   \
	"  cmake -DCMAKE_C_FLAGS='-march=armv8-a -moutline-atomics'"
#define OPT_ARCH "@ chooses -march=armv8.1-a on arm64: build it with cmake -DMI_OPT_ARCH=OFF"
#define NO_OPT_ARCH                                                                                \
	"@ raises -march on arm64: build it with cmake -DMI_NO_OPT_ARCH=ON\n"                      \
	"  (-DMI_OPT_ARCH=OFF is ignored there)"
#define EITHER                                                                                     \
	"@ may raise -march on arm64; which option stops it depends on the version:\n"             \
	"  cmake -DMI_NO_OPT_ARCH=ON -DMI_OPT_ARCH=OFF"

/* mimalloc: no -march up to 2.0.9 (CMakeLists.txt of 2.0.9); MI_OPT_ARCH, on by default, in 2.1.9;
 * MI_NO_OPT_ARCH from 2.2.3 on; -march=armv8.3-a in 3.5.0. The first releases of each of the three
 * lines after that of January 2025 are not told apart, and get both options. */
static const Remedy remedies[] = {
	{"mimalloc", "0.1.51", "0.1.52", TRUE,
	 "@ (the crate) compiles for ARMv8.1-A: update to 0.1.52 or later"},
	{"mimalloc", NULL, "1.8.9", FALSE, OWN_FLAGS},
	{"mimalloc", "1.8.9", "2", FALSE, EITHER},
	{"mimalloc", "2", "2.1.9", FALSE, OWN_FLAGS},
	{"mimalloc", "2.1.9", "2.2", FALSE, OPT_ARCH},
	{"mimalloc", "2.2", "2.2.3", FALSE, EITHER},
	{"mimalloc", "2.2.3", "3", FALSE, NO_OPT_ARCH},
	{"mimalloc", "3", "3.1", FALSE, EITHER},
	{"mimalloc", "3.1", NULL, FALSE, NO_OPT_ARCH},
	{"mimalloc", NULL, NULL, FALSE, EITHER},
	{"libmimalloc-sys", "0.1.48", "0.1.49", TRUE,
	 "@ compiles for ARMv8.1-A: update to 0.1.49 or later (mimalloc 0.1.52)"},
	{"mimalloc-safe", "0.1.53", NULL, TRUE,
	 "@ compiles for ARMv8.1-A: in Cargo.toml give it features = [\"no_opt_arch\"]"},
	{"mimalloc-safe", NULL, NULL, TRUE,
	 "@ compiles for ARMv8.1-A: update to 0.1.53 or later,\n"
	 "  and in Cargo.toml give it features = [\"no_opt_arch\"]"},
	{"libmimalloc-sys2", NULL, NULL, TRUE,
	 "@ compiles for ARMv8.1-A: take mimalloc-safe 0.1.53 or later,\n"
	 "  and in Cargo.toml give it features = [\"no_opt_arch\"]"},
	{"jemalloc", NULL, NULL, FALSE,
	 "@ takes its architecture from the build's flags:\n"
	 "  ./configure CFLAGS='-O2 -march=armv8-a -moutline-atomics'"},
	{"tcmalloc", NULL, NULL, FALSE,
	 "@ takes its architecture from the build's flags:\n"
	 "  ./configure CXXFLAGS='-O2 -march=armv8-a -moutline-atomics'"},
};

/* Names of /proc/cpuinfo whose macro is HWCAP_NAME or HWCAP2_NAME (Linux, asm/hwcap.h). */
static const gchar *const hwcaps[] = {
	"aes",      "pmull",  "sha1", "sha2",     "crc32", "atomics", "fphp",   "asimdhp",
	"asimdrdm", "jscvt",  "fcma", "lrcpc",    "dcpop", "sha3",    "sm3",    "sm4",
	"asimddp",  "sha512", "sve",  "asimdfhm", "dit",   "uscat",   "ilrcpc", "flagm",
	"ssbs",     "sb",     "paca", "pacg",     "gcs",   NULL,
};
static const gchar *const hwcaps2[] = {
	"dcpodp", "sve2",   "sveaes",  "svepmull", "svebitperm", "svesha3", "svesm4",
	"flagm2", "frint",  "svei8mm", "svef32mm", "svef64mm",   "svebf16", "i8mm",
	"bf16",   "rng",    "bti",     "mte",      "ecv",        "afp",     "rpres",
	"wfxt",   "sve2p1", "sme",     "sme2",     "sme2p1",     "cssc",    "rprfm",
	"lse128", "lrcpc3", "mops",    "hbc",      NULL,
};

/* What is known to hold the faulting instruction. */
typedef struct {
	gchar *name;
	gchar *version;
} Culprit;

static void culprit_clear(Culprit *culprit)
{
	g_free(culprit->name);
	g_free(culprit->version);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Culprit, culprit_clear)

/* Compares "2.1.9" and "2.10", number by number; what follows a number ("3.0.1-alpha") is left
 * aside. */
static int version_compare(const gchar *a, const gchar *b)
{
	while (*a || *b) {
		gchar *end_a, *end_b;
		guint64 left = g_ascii_strtoull(a, &end_a, 10);
		guint64 right = g_ascii_strtoull(b, &end_b, 10);

		if (left != right)
			return left < right ? -1 : 1;
		a = *end_a == '.' ? end_a + 1 : "";
		b = *end_b == '.' ? end_b + 1 : "";
	}
	return 0;
}

static gboolean remedy_fits(const Remedy *remedy, const Culprit *culprit)
{
	const gchar *version = culprit->version;

	if (g_strcmp0(remedy->name, culprit->name) != 0)
		return FALSE;
	if (!remedy->from && !remedy->below)
		return TRUE;
	return version && g_ascii_isdigit(*version) &&
	       (!remedy->from || version_compare(version, remedy->from) >= 0) &&
	       (!remedy->below || version_compare(version, remedy->below) < 0);
}

static const Remedy *remedy_find(const Culprit *culprit)
{
	for (guint i = 0; i < G_N_ELEMENTS(remedies); i++)
		if (remedy_fits(&remedies[i], culprit))
			return &remedies[i];
	return NULL;
}

/* Cargo unpacks a crate into .../registry/src/INDEX/NAME-VERSION/. */
static gboolean culprit_of_source(Culprit *culprit, const gchar *source)
{
	static const gchar mark[] = "/registry/src/";
	const gchar *found = source ? strstr(source, mark) : NULL;
	g_auto(GStrv) parts = found ? g_strsplit(found + strlen(mark), "/", 3) : NULL;
	const gchar *dash = parts && parts[0] && parts[1] ? strrchr(parts[1], '-') : NULL;

	if (!dash || !g_ascii_isdigit(dash[1]))
		return FALSE;
	culprit->name = g_strndup(parts[1], (gsize)(dash - parts[1]));
	culprit->version = g_strdup(dash + 1);
	return TRUE;
}

/* A subject's allocator is to blame only where the fault lies in a file that has its name. */
static void culprit_find(Culprit *culprit, const AdviceFacts *facts)
{
	const Fault *fault = facts->fault;
	g_autofree gchar *file = fault->object ? g_path_get_basename(fault->object) : NULL;

	if (culprit_of_source(culprit, fault->source))
		return;
	if (fault->culprit) {
		culprit->name = g_strdup(fault->culprit);
		culprit->version = g_strdup(fault->culprit_version);
	} else if (facts->allocator && file && strstr(file, facts->allocator)) {
		culprit->name = g_strdup(facts->allocator);
	}
	if (!culprit->version && !g_strcmp0(culprit->name, facts->allocator))
		culprit->version = g_strdup(facts->version);
}

static gboolean source_is_rust(const gchar *source)
{
	return source && strstr(source, ".rs:");
}

/* What only Rust's names have: a hash at the end, "<T as Trait>::", "{closure". */
static gboolean function_is_rust(const gchar *function)
{
	return function && g_regex_match_simple("::h[0-9a-f]{16}$|^_R|^<.+ as .+>::|\\{closure",
						function, 0, 0);
}

static gboolean frames_are_rust(const GPtrArray *frames)
{
	for (guint i = 0; i < frames->len; i++) {
		const Frame *frame = g_ptr_array_index(frames, i);

		if (source_is_rust(frame->source) || function_is_rust(frame->function))
			return TRUE;
	}
	return FALSE;
}

static void add_remedy(GString *text, const Remedy *remedy, const Culprit *culprit)
{
	g_autofree gchar *label =
		culprit->version ? g_strdup_printf("%s %s", culprit->name, culprit->version)
				 : g_strdup(culprit->name);

	g_string_append_printf(text, "%s\n", remedy->text);
	g_string_replace(text, "@", label, 1);
}

/* Of an addon made with napi-rs nobody builds mimalloc by hand: a crate does. */
static gboolean add_napi_rs(GString *text, const Culprit *culprit, const Fault *fault)
{
	if (!fault->napi_rs || g_strcmp0(culprit->name, "mimalloc") != 0)
		return FALSE;
	g_string_append_printf(
		text,
		"in Cargo.toml take mimalloc 0.1.52 or later, or mimalloc-safe 0.1.53 or later "
		"with\n"
		"  features = [\"no_opt_arch\"]\n"
		"  (the addon is made with napi-rs, napi %s: a crate has brought mimalloc along;\n"
		"  mimalloc 0.1.51, and mimalloc-safe without that feature, need ARMv8.1-A)\n",
		fault->napi_rs);
	return TRUE;
}

/* An allocator can also be left out, which no other code can. */
static void add_without_allocator(GString *text, const Culprit *culprit, gboolean rust)
{
	if (!rust && !g_strcmp0(culprit->name, "mimalloc"))
		g_string_append(text, "in a Rust crate: mimalloc 0.1.52 or later, or mimalloc-safe "
				      "0.1.53 or later with no_opt_arch\n");
	if (rust)
		g_string_append(text,
				"or leave it out there, in Cargo.toml:\n"
				"  [target.'cfg(not(all(target_arch = \"aarch64\", target_os = "
				"\"linux\")))'.dependencies]\n");
	g_string_append(text, "last resort: the system's allocator\n");
}

/* The one extension for which the compiler has a run-time choice of its own. */
static gboolean is_lse(const IsaFeature *isa)
{
	return !strcmp(isa->feature, "FEAT_LSE");
}

static void add_rust(GString *text, const IsaFeature *isa)
{
	const gchar *outline = is_lse(isa) ? ",+outline-atomics" : "";

	g_string_append(text, "Rust: RUSTFLAGS='-C target-cpu=generic'");
	if (isa->rust)
		g_string_append_printf(text, ", or '-C target-feature=-%s%s'", isa->rust, outline);
	g_string_append_c(text, '\n');
	if (isa->rust && !is_lse(isa))
		g_string_append_printf(text,
				       "  and is_aarch64_feature_detected!(\"%s\") before the fast "
				       "path\n",
				       isa->rust);
}

/* "getauxval(AT_HWCAP) & HWCAP_SVE", or how the kernel names it where the macro is not regular. */
static gchar *hwcap_test(const IsaFeature *isa)
{
	g_autofree gchar *upper = isa->hwcap ? g_ascii_strup(isa->hwcap, -1) : NULL;

	if (upper && g_strv_contains(hwcaps, isa->hwcap))
		return g_strdup_printf("where getauxval(AT_HWCAP) & HWCAP_%s", upper);
	if (upper && g_strv_contains(hwcaps2, isa->hwcap))
		return g_strdup_printf("where getauxval(AT_HWCAP2) & HWCAP2_%s", upper);
	if (upper)
		return g_strdup_printf("where the kernel lists \"%s\" (getauxval, hwcap.h)",
				       isa->hwcap);
	return g_strdup_printf("where the CPU has %s", isa->feature);
}

/* C and C++. That a crate brings along is compiled by its build script, whatever RUSTFLAGS says. */
static void add_compiler(GString *text, const IsaFeature *isa, gboolean in_rust)
{
	g_autofree gchar *test = is_lse(isa) ? NULL : hwcap_test(isa);

	if (is_lse(isa))
		g_string_append(text, "compile with -march=armv8-a -moutline-atomics: LSE is then "
				      "used only where the CPU has it\n");
	else
		g_string_append_printf(text,
				       "compile for the baseline, with -march=armv8-a\n"
				       "  and keep code for %s in a file of its own, called only\n"
				       "  %s\n",
				       isa->feature, test);
	if (in_rust)
		g_string_append_printf(text,
				       "in a Rust crate: CFLAGS_aarch64_unknown_linux_gnu="
				       "'-march=armv8-a%s'\n",
				       is_lse(isa) ? " -moutline-atomics" : "");
}

gchar *advice_for(const AdviceFacts *facts)
{
	const Fault *fault = facts->fault;
	g_auto(Culprit) culprit = {0};
	GString *text;
	const Remedy *remedy;
	gboolean in_rust;

	if (!fault || fault->signal != SIGILL || !facts->isa)
		return NULL;
	culprit_find(&culprit, facts);
	remedy = remedy_find(&culprit);
	in_rust = fault->napi_rs || frames_are_rust(fault->backtrace);
	text = g_string_new(NULL);
	if (remedy) {
		if (remedy->crate || !add_napi_rs(text, &culprit, fault))
			add_remedy(text, remedy, &culprit);
		add_without_allocator(text, &culprit, in_rust || remedy->crate);
	} else if (source_is_rust(fault->source) || function_is_rust(fault->function)) {
		add_rust(text, facts->isa);
	} else {
		add_compiler(text, facts->isa, in_rust);
	}
	g_string_truncate(text, text->len - 1);
	return g_string_free(text, FALSE);
}
