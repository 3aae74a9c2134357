/*
 * Bits of the auxiliary vector: they are the kernel's, and every profile's names have one.
 */
#include "isa/hwcap.h"
#include "model/profile.h"

/* Where Debian's libc6-dev-arm64-cross puts it. */
#define HEADER "/usr/aarch64-linux-gnu/include/asm/hwcap.h"

static Hwcaps of(const gchar *name)
{
	gchar *names[] = {(gchar *)name};

	return hwcaps_of(names, 1);
}

static void test_bits(void)
{
	static const struct {
		const gchar *name;
		int bit, bit2; /* -1: none */
	} known[] = {
		{"fp", 0, -1},        {"evtstrm", 2, -1}, {"crc32", 7, -1}, {"atomics", 8, -1},
		{"cpuid", 11, -1},    {"sve", 22, -1},    {"pacg", 31, -1}, {"dcpodp", -1, 0},
		{"sve2", -1, 1},      {"i8mm", -1, 13},   {"bti", -1, 17},  {"mte", -1, 18},
		{"smefa64", -1, 30},  {"ebf16", -1, 32},  {"mops", -1, 43}, {"poe", -1, 63},
		{"nonsense", -1, -1}, {"", -1, -1},       {"FP", -1, -1},   {"atomic", -1, -1},
	};

	for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
		Hwcaps bits = of(known[i].name);

		g_test_message("%s", known[i].name);
		g_assert_cmphex(bits.hwcap, ==, known[i].bit < 0 ? 0 : 1ULL << known[i].bit);
		g_assert_cmphex(bits.hwcap2, ==, known[i].bit2 < 0 ? 0 : 1ULL << known[i].bit2);
	}
}

static void test_several(void)
{
	g_auto(GStrv) names = g_strsplit("fp asimd nonsense atomics atomics bti sve2", " ", -1);
	Hwcaps first = hwcaps_of(names, 3);
	Hwcaps all = hwcaps_of(names, g_strv_length(names));
	Hwcaps none = hwcaps_of(NULL, 0);

	g_assert_cmphex(first.hwcap, ==, 0x3);
	g_assert_cmphex(first.hwcap2, ==, 0);
	g_assert_cmphex(all.hwcap, ==, 0x103);
	g_assert_cmphex(all.hwcap2, ==, 0x20002);
	g_assert_cmphex(none.hwcap | none.hwcap2, ==, 0);
}

/* "SME_I16I64" is printed as "smei16i64". */
static gchar *printed(const gchar *macro)
{
	g_auto(GStrv) parts = g_strsplit(macro, "_", -1);
	g_autofree gchar *joined = g_strjoinv("", parts);

	return g_ascii_strdown(joined, -1);
}

static void test_header(void)
{
	g_autofree gchar *text = NULL;
	g_autoptr(GRegex) line = g_regex_new("^#define HWCAP(2?)_(\\w+)\\s+\\(1U?L?L? << (\\d+)\\)",
					     G_REGEX_MULTILINE, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	guint count = 0;

	if (!g_file_get_contents(HEADER, &text, NULL, NULL)) {
		g_test_skip("there is no " HEADER);
		return;
	}
	for (g_regex_match(line, text, 0, &match); g_match_info_matches(match);
	     g_match_info_next(match, NULL), count++) {
		g_autofree gchar *second = g_match_info_fetch(match, 1);
		g_autofree gchar *macro = g_match_info_fetch(match, 2);
		g_autofree gchar *number = g_match_info_fetch(match, 3);
		g_autofree gchar *name = printed(macro);
		guint64 bit = 1ULL << g_ascii_strtoull(number, NULL, 10);
		Hwcaps bits = of(name);

		g_test_message("%s", name);
		g_assert_cmphex(bits.hwcap, ==, *second ? 0 : bit);
		g_assert_cmphex(bits.hwcap2, ==, *second ? bit : 0);
	}
	g_assert_cmpuint(count, >, 60);
}

static void test_profiles(void)
{
	static const gchar *const ours[] = {"rig", NULL};
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) profiles = profiles_load(ours, &error);

	g_assert_no_error(error);
	for (guint i = 0; i < profiles->len; i++) {
		const Profile *profile = g_ptr_array_index(profiles, i);

		for (guint j = 0; j < profile->hwcaps_count; j++) {
			Hwcaps bits = of(profile->hwcaps[j]);

			g_test_message("%s: %s", profile->name, profile->hwcaps[j]);
			g_assert_true(!bits.hwcap != !bits.hwcap2);
		}
	}
}

static void test_kernels(void)
{
	g_assert_true(hwcap_is_kernels("evtstrm"));
	g_assert_true(hwcap_is_kernels("cpuid"));
	g_assert_false(hwcap_is_kernels("atomics"));
	g_assert_false(hwcap_is_kernels(""));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/hwcap/bits", test_bits);
	g_test_add_func("/hwcap/several", test_several);
	g_test_add_func("/hwcap/header", test_header);
	g_test_add_func("/hwcap/profiles", test_profiles);
	g_test_add_func("/hwcap/kernels", test_kernels);
	return g_test_run();
}
