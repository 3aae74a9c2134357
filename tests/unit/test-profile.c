/*
 * Profiles: what is refused in one, that ours load, and that they say what QEMU does.
 */
#include <string.h>

#include "base/error.h"
#include "base/qemu.h"
#include "model/profile.h"
#include "tree.h"

#define HEAD "name: p\ndescription: d\narch: ARMv8.0-A\nsources: [s]\n"

static const gchar *const ours[] = {"rig", NULL};

/* The bits of AT_HWCAP, then those of AT_HWCAP2, as Linux names them in /proc/cpuinfo. */
static const gchar *const hwcaps[] = {
	"fp",      "asimd",   "evtstrm",  "aes",      "pmull",      "sha1",    "sha2",   "crc32",
	"atomics", "fphp",    "asimdhp",  "cpuid",    "asimdrdm",   "jscvt",   "fcma",   "lrcpc",
	"dcpop",   "sha3",    "sm3",      "sm4",      "asimddp",    "sha512",  "sve",    "asimdfhm",
	"dit",     "uscat",   "ilrcpc",   "flagm",    "ssbs",       "sb",      "paca",   "pacg",
	"dcpodp",  "sve2",    "sveaes",   "svepmull", "svebitperm", "svesha3", "svesm4", "flagm2",
	"frint",   "svei8mm", "svef32mm", "svef64mm", "svebf16",    "i8mm",    "bf16",   "dgh",
	"rng",     "bti",     "mte",
};

static void refused(const gchar *text, const gchar *message)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = tree_write(tree, "p.yaml", text, -1);
	g_autoptr(GError) error = NULL;

	g_assert_null(profile_load(path, &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE);
	if (!strstr(error->message, message))
		g_error("%s", error->message);
}

static void test_refused(void)
{
	refused(HEAD "pages: [4]\n", "Missing required mapping field: model");
	refused(HEAD "model: max\npages: [4, 16, 64, 128]\n",
		"p.yaml:6: Excessive entries (3 max) in sequence.");
	refused(HEAD "model: max\npages: [4K]\n", "p.yaml:6: pages: '4K' is not a whole number");
	refused(HEAD "modell: max\n", "p.yaml:5: unknown key 'modell'; did you mean 'model'?");
	refused("name: q\ndescription: d\narch: A\nsources: [s]\nmodel: m\npages: [4]\n",
		"p.yaml: it names 'q', so its file must be called 'q.yaml'");
}

static void test_cpu(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = tree_write(
		tree, "p.yaml", HEAD "model: max\nproperties: [a=on, b=off]\npages: [4]\n", -1);
	g_autoptr(GError) error = NULL;
	g_autoptr(Profile) profile = profile_load(path, &error);
	g_autofree gchar *cpu = NULL;

	g_assert_no_error(error);
	cpu = profile_cpu(profile);
	g_assert_cmpstr(cpu, ==, "max,a=on,b=off");
}

static void test_find(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) profiles = profiles_load(ours, &error);

	g_assert_no_error(error);
	g_assert_cmpstr(profile_find(profiles, "rpi4", &error)->model, ==, "cortex-a72");
	g_assert_null(profile_find(profiles, "cortexa72", &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE);
	g_assert_cmpstr(error->message, ==,
			"unknown profile 'cortexa72'; did you mean 'cortex-a72'?");
}

/* Those that the project promises are there, and QEMU knows all their models. */
static void test_ours(void)
{
	static const gchar *const promised[] = {
		"cortex-a53", "cortex-a57", "cortex-a72", "rpi3",        "rpi4",  "rpi5",
		"graviton1",  "graviton2",  "cortex-a76", "neoverse-n1", "a64fx", "max"};
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) profiles = profiles_load(ours, &error);
	g_autoptr(Qemu) qemu = NULL;

	g_assert_no_error(error);
	for (guint i = 0; i < G_N_ELEMENTS(promised); i++)
		g_assert_nonnull(profile_find(profiles, promised[i], NULL));
	qemu = qemu_new(QEMU_USER, &error);
	if (!qemu) {
		g_test_skip(error->message);
		return;
	}
	for (guint i = 0; i < profiles->len; i++) {
		const Profile *profile = g_ptr_array_index(profiles, i);

		if (!qemu_has_model(qemu, profile->model))
			g_error("%s: %s has no model %s", profile->name, qemu->version,
				profile->model);
	}
}

static gboolean says(const gchar *const *argv, gchar **said)
{
	g_autofree gchar *err = NULL;
	int status;

	return g_spawn_sync(NULL, (gchar **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, said, &err,
			    &status, NULL) &&
	       status == 0;
}

static gchar *words_of(guint64 low, guint64 high)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < G_N_ELEMENTS(hwcaps); i++)
		if ((i < 32 ? low >> i : high >> (i - 32)) & 1)
			g_string_append_printf(text, "%s ", hwcaps[i]);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static void check_hwcaps(const Profile *profile, const gchar *program)
{
	g_autofree gchar *cpu = profile_cpu(profile);
	const gchar *const argv[] = {"qemu-aarch64", "-cpu", cpu, program, NULL};
	g_autofree gchar *said = NULL;
	g_autoptr(GString) want = g_string_new(NULL);
	g_autofree gchar *seen = NULL;
	guint64 low, high;

	g_assert_true(says(argv, &said));
	g_assert_cmpint(
		sscanf(said, "%" G_GINT64_MODIFIER "x %" G_GINT64_MODIFIER "x", &low, &high), ==,
		2);
	seen = words_of(low, high);
	/* In the order of the bits. */
	for (guint i = 0; i < G_N_ELEMENTS(hwcaps); i++)
		for (guint h = 0; h < profile->hwcaps_count; h++)
			if (g_str_equal(profile->hwcaps[h], hwcaps[i]))
				g_string_append_printf(want, "%s ", hwcaps[i]);
	if (!g_str_equal(seen, want->str))
		g_error("%s: a program sees %s, the profile states %s", profile->name, seen,
			want->str);
}

/* A profile that is named after its model states what QEMU shows; a board's states the board's. */
static void test_hwcaps(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *source = tree_write(tree, "h.c",
					      "#include <stdio.h>\n#include <sys/auxv.h>\n"
					      "int main(void) { return printf(\"%lx %lx\", "
					      "getauxval(AT_HWCAP), getauxval(26)) < 0; }\n",
					      -1);
	g_autofree gchar *program = g_build_filename(tree, "h", NULL);
	const gchar *const compile[] = {
		"aarch64-linux-gnu-gcc", "-static", "-o", program, source, NULL};
	g_autoptr(GPtrArray) profiles = profiles_load(ours, NULL);
	g_autofree gchar *compiler = g_find_program_in_path(compile[0]);
	g_autofree gchar *emulator = g_find_program_in_path("qemu-aarch64");
	g_autofree gchar *said = NULL;
	guint checked = 0;

	if (!compiler || !emulator) {
		g_test_skip("it needs aarch64-linux-gnu-gcc and qemu-aarch64");
		return;
	}
	g_assert_true(says(compile, &said));
	for (guint i = 0; i < profiles->len; i++) {
		const Profile *profile = g_ptr_array_index(profiles, i);

		if (g_str_equal(profile->name, profile->model) && profile->hwcaps_count) {
			check_hwcaps(profile, program);
			checked++;
		}
	}
	g_assert_cmpuint(checked, >, 4);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/profile/refused", test_refused);
	g_test_add_func("/profile/cpu", test_cpu);
	g_test_add_func("/profile/find", test_find);
	g_test_add_func("/profile/ours", test_ours);
	g_test_add_func("/profile/hwcaps", test_hwcaps);
	return g_test_run();
}
