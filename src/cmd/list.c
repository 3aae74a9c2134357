#include <string.h>

#include "base/qemu.h"
#include "cmd/cmd.h"
#include "isa/isa.h"
#include "run/plan.h"

static const gchar description[] =
	"Without a word: cases, subjects, profiles and tags. 'features' are the extensions of the\n"
	"instruction set, with the names that Arm, Linux, compilers, Rust and LLVM have for them.\n"
	"\n"
	"Your own profiles and subjects are read from rig/ and subjects/ in\n"
	"$XDG_CONFIG_HOME/a64rig (~/.config/a64rig), in the form of those that come with a64rig.\n";

static void print_tags(gchar **tags, guint count)
{
	for (guint i = 0; i < count; i++)
		g_print("%s%s", i ? ", " : "  [", tags[i]);
	if (count)
		g_print("]");
	g_print("\n");
}

static void list_cases(const Plan *plan)
{
	for (guint i = 0; i < plan->suites->len; i++) {
		const Suite *suite = g_ptr_array_index(plan->suites, i);

		g_print("Cases of the suite %s: %s%s\n", suite->name, suite->description,
			suite->optional ? " (runs only when asked for)" : "");
		for (guint c = 0; c < suite->cases_count; c++) {
			g_print("  %-26s %s", suite->cases[c].name, suite->cases[c].description);
			print_tags(suite->cases[c].tags, suite->cases[c].tags_count);
		}
		g_print("\n");
	}
}

static void list_subjects(const Plan *plan)
{
	g_print("Subjects\n");
	for (guint i = 0; i < plan->subjects->len; i++) {
		const Subject *subject = g_ptr_array_index(plan->subjects, i);

		g_print("  %-31s %s", subject->name, subject->description);
		print_tags(subject->tags, subject->tags_count);
	}
	g_print("\n");
}

static void list_profiles(const Plan *plan)
{
	g_autoptr(Qemu) qemu = qemu_new(QEMU_USER, NULL);

	g_print("Profiles%s%s\n", qemu ? ", on " : "; no qemu-aarch64 was found",
		qemu ? qemu->version : "");
	for (guint i = 0; i < plan->profiles->len; i++) {
		const Profile *profile = g_ptr_array_index(plan->profiles, i);
		gboolean missing = qemu && !qemu_has_model(qemu, profile->model);

		g_print("  %-12s %-10s %s%s\n", profile->name, profile->arch, profile->description,
			missing ? " (this QEMU has no such model)" : "");
	}
	g_print("\n");
}

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(a, b);
}

static void count_tags(GHashTable *counts, gchar **tags, guint count)
{
	for (guint i = 0; i < count; i++) {
		guint seen = GPOINTER_TO_UINT(g_hash_table_lookup(counts, tags[i]));

		g_hash_table_insert(counts, tags[i], GUINT_TO_POINTER(seen + 1));
	}
}

static GHashTable *count_all_tags(const Plan *plan)
{
	GHashTable *counts = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < plan->suites->len; i++) {
		const Suite *suite = g_ptr_array_index(plan->suites, i);

		for (guint c = 0; c < suite->cases_count; c++)
			count_tags(counts, suite->cases[c].tags, suite->cases[c].tags_count);
	}
	for (guint i = 0; i < plan->subjects->len; i++) {
		const Subject *subject = g_ptr_array_index(plan->subjects, i);

		count_tags(counts, subject->tags, subject->tags_count);
	}
	return counts;
}

static void list_tags(const Plan *plan)
{
	g_autoptr(GHashTable) counts = count_all_tags(plan);
	g_autoptr(GList) tags = g_list_sort(g_hash_table_get_keys(counts), by_text);

	g_print("Tags, with the number of cases and subjects that have them\n");
	for (GList *tag = tags; tag; tag = tag->next)
		g_print("  %-20s %u\n", (const gchar *)tag->data,
			GPOINTER_TO_UINT(g_hash_table_lookup(counts, tag->data)));
	g_print("\n");
}

static const gchar *or_dash(const gchar *name)
{
	return name ? name : "-";
}

/* The plan has no part in what there is of instructions. */
static void list_features(const Plan *plan G_GNUC_UNUSED)
{
	g_print("Extensions of the A64 instruction set, and what each is called\n"
		"  %-19s %-22s %-10s %-13s %-13s %s\n",
		"Arm", "mandatory in, or since", "HWCAP", "-march=...+", "Rust", "LLVM");
	for (const IsaFeature *f = isa_features(); f->feature; f++) {
		g_autofree gchar *arch =
			g_strdup_printf("%s%s", f->mandatory ? "" : "since ", f->arch);

		g_print("  %-19s %-22s %-10s %-13s %-13s %s\n", f->feature, arch, or_dash(f->hwcap),
			or_dash(f->march), or_dash(f->rust), or_dash(f->llvm));
	}
	g_print("\n");
}

static void name_features(const Plan *plan G_GNUC_UNUSED)
{
	for (const IsaFeature *f = isa_features(); f->feature; f++)
		g_print("%s\n", f->feature);
}

static void name_cases(const Plan *plan)
{
	for (guint i = 0; i < plan->suites->len; i++) {
		const Suite *suite = g_ptr_array_index(plan->suites, i);

		for (guint c = 0; c < suite->cases_count; c++)
			g_print("%s/%s\n", suite->name, suite->cases[c].name);
	}
}

static void name_subjects(const Plan *plan)
{
	for (guint i = 0; i < plan->subjects->len; i++)
		g_print("%s\n", ((const Subject *)g_ptr_array_index(plan->subjects, i))->name);
}

static void name_profiles(const Plan *plan)
{
	for (guint i = 0; i < plan->profiles->len; i++)
		g_print("%s\n", ((const Profile *)g_ptr_array_index(plan->profiles, i))->name);
}

static void name_tags(const Plan *plan)
{
	g_autoptr(GHashTable) counts = count_all_tags(plan);
	g_autoptr(GList) tags = g_list_sort(g_hash_table_get_keys(counts), by_text);

	for (GList *tag = tags; tag; tag = tag->next)
		g_print("%s\n", (const gchar *)tag->data);
}

static const struct {
	const gchar *word;
	void (*list)(const Plan *plan);
	void (*names)(const Plan *plan);
	gboolean named_only; /* not among everything: it is long, and nothing that can be run */
} lists[] = {
	{"cases", list_cases, name_cases, FALSE},
	{"subjects", list_subjects, name_subjects, FALSE},
	{"profiles", list_profiles, name_profiles, FALSE},
	{"tags", list_tags, name_tags, FALSE},
	{"features", list_features, name_features, TRUE},
};

static void list_one(guint i, const Plan *plan, gboolean names)
{
	if (names)
		lists[i].names(plan);
	else
		lists[i].list(plan);
}

static gboolean find_list(const gchar *word, guint *found)
{
	for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
		if (g_str_equal(word, lists[i].word)) {
			*found = i;
			return TRUE;
		}
	g_printerr("a64rig: list takes cases, subjects, profiles, tags or features, not '%s'\n",
		   word);
	return FALSE;
}

static int run(int argc, gchar **argv)
{
	gboolean names = FALSE;
	const GOptionEntry entries[] = {
		{"names", 0, 0, G_OPTION_ARG_NONE, &names,
		 "Names alone, one a line, cases as SUITE/CASE: for scripts", NULL},
		{NULL},
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Paths) paths = NULL;
	g_autoptr(Plan) plan = NULL;
	guint found;
	int status;

	if (!cmd_parse(&argc, &argv, entries,
		       "list [--names] [cases|subjects|profiles|tags|features]...",
		       "Lists what there is to run, and where.", description, TRUE, &status))
		return status;
	paths = paths_new(&error);
	plan = paths ? plan_load(paths, &error) : NULL;
	if (!plan)
		return cmd_fail(error);
	for (guint i = 0; argc == 1 && i < G_N_ELEMENTS(lists); i++)
		if (!lists[i].named_only)
			list_one(i, plan, names);
	for (int i = 1; i < argc; i++) {
		if (!find_list(argv[i], &found))
			return EXIT_USAGE;
		list_one(found, plan, names);
	}
	return EXIT_EXPECTED;
}

const Command cmd_list = {"list", "list cases, subjects, profiles and tags", run};
