#include "scan/file.h"

#include "inspect/culprit.h"
#include "inspect/symbol.h"
#include "isa/lookup.h"
#include "isa/table.h"
#include "judge/fate.h"
#include "scan/walk.h"

FileFeatures file_features_new(void)
{
	return (FileFeatures){g_hash_table_new(NULL, NULL), g_hash_table_new(NULL, NULL)};
}

void file_features_clear(FileFeatures *features)
{
	g_clear_pointer(&features->bare, g_hash_table_unref);
	g_clear_pointer(&features->unknown, g_hash_table_unref);
}

void file_features_add(GHashTable *to, GHashTable *from)
{
	GHashTableIter iter;
	gpointer key;

	g_hash_table_iter_init(&iter, from);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		g_hash_table_add(to, key);
}

typedef struct {
	Code *code;
	Walk *walk; /* NULL: not needed as yet, or never */
	const Profile *baseline;
	FileFeatures *features;
	ScanFile *file;
} Scanning;

/* --- classes --- */

/* adrp x16; ldrb w16, [x16, #n]; cbz w16, other way; then the instruction: how libgcc's and
 * compiler-rt's __aarch64_cas4_relax and its like begin (libgcc/config/aarch64/lse.S). */
static gboolean is_outlined(const CodeRange *range, gsize i)
{
	return i >= 2 && (GUINT32_FROM_LE(range->words[i - 1]) & 0xff00001f) == 0x34000010 &&
	       (GUINT32_FROM_LE(range->words[i - 2]) & 0xffc003ff) == 0x39400210;
}

/* In words; what is tested stands in brackets at the end. */
static gchar *guard_reason(const Proof *proof)
{
	static const gchar *const reasons[] = {
		[PROOF_NONE] = "behind a test that nothing shows to be one of the CPU",
		[PROOF_CPU] = "behind a test of the CPU",
		[PROOF_VARIABLE] = "behind a test of a variable that is set by asking for the CPU",
		[PROOF_RESULT] = "behind a test of what a function says that asks for the CPU",
		[PROOF_OTHER_WAY] = "behind a test whose other side does the same without it",
		[PROOF_FRAME] = "an unwinder's, for stack frames that only such code makes",
		[PROOF_CHOOSER] = "a variant that an ifunc resolver chooses",
	};

	if (!proof->addr)
		return g_strdup(reasons[proof->kind]);
	return g_strdup_printf("%s (0x%" G_GINT64_MODIFIER "x)", reasons[proof->kind], proof->addr);
}

static void classify(const Scanning *scanning, const CodeRange *range, gsize i, Hit *hit)
{
	Place place = {REACHED_NOT, {PROOF_NONE, 0}};

	hit->class = HIT_UNKNOWN;
	if (is_outlined(range, i)) {
		hit->class = HIT_GUARDED;
		hit->reason = g_strdup("in an outline-atomics helper");
		return;
	}
	if (!scanning->walk) {
		hit->reason = g_strdup("the code is too large to be followed");
		return;
	}
	place = walk_place(scanning->walk, hit->addr);
	if (place.reached == REACHED_BARE) {
		hit->class = HIT_BARE;
	} else if (place.reached == REACHED_POINTER) {
		hit->reason = g_strdup("reached only by way of a pointer");
	} else if (place.reached == REACHED_NOT) {
		hit->reason = g_strdup("nothing that is known leads there; it may be data");
	} else {
		hit->class = place.proof.kind == PROOF_NONE ? HIT_UNKNOWN : HIT_GUARDED;
		hit->reason = guard_reason(&place.proof);
	}
}

/* --- hits --- */

static void need_walk(Scanning *scanning)
{
	if (!scanning->walk && scanning->file->code <= FILE_FOLLOWED)
		scanning->walk = walk_new(scanning->code);
}

static void name(Scanning *scanning, const CodeRange *range, Hit *hit)
{
	const CodeSymbol *symbol = code_function(scanning->code, hit->addr);

	hit->section = g_strdup(range->section);
	if (symbol) {
		hit->function = symbol_demangle(symbol->name);
		hit->function_offset = hit->addr - symbol->addr;
	}
}

static void take(Scanning *scanning, const CodeRange *range, gsize i)
{
	guint32 word = GUINT32_FROM_LE(range->words[i]);
	const IsaFeature *feature = isa_lookup(word);
	Hit *hit;

	if (!feature || code_is_data(scanning->code, range->addr + i * 4))
		return;
	need_walk(scanning);
	hit = hit_new();
	hit->addr = range->addr + i * 4;
	hit->offset = range->offset + i * 4;
	hit->word = word;
	hit->feature = feature->feature;
	hit->arch = feature->arch;
	classify(scanning, range, i, hit);
	if (hit->class == HIT_BARE)
		g_hash_table_add(scanning->features->bare, (gpointer)feature);
	else if (hit->class == HIT_UNKNOWN)
		g_hash_table_add(scanning->features->unknown, (gpointer)feature);
	if (profile_has(scanning->baseline, feature)) {
		hit_free(hit);
		return;
	}
	scanning->file->counts[hit->class]++;
	if (scanning->file->hits->len == HITS_MOST) {
		hit_free(hit);
		return;
	}
	name(scanning, range, hit);
	g_ptr_array_add(scanning->file->hits, hit);
}

/* The host's byte order is that of the words where isa_scan() may read them itself. */
static void scan_range(Scanning *scanning, const CodeRange *range)
{
	G_STATIC_ASSERT(G_BYTE_ORDER == G_LITTLE_ENDIAN);

	for (gsize i = isa_scan(range->words, range->count, 0); i < range->count;
	     i = isa_scan(range->words, range->count, i + 1))
		take(scanning, range, i);
}

/* Of those that nothing guards. */
static void find_culprit(Scanning *scanning)
{
	enum { ASKED = 2000 };
	g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(guint64));
	ScanFile *file = scanning->file;

	for (guint i = 0; i < file->hits->len && places->len < ASKED; i++) {
		const Hit *hit = g_ptr_array_index(file->hits, i);

		if (hit->class == HIT_BARE)
			g_array_append_val(places, hit->addr);
	}
	if (places->len)
		file->culprit =
			culprit_of_places(scanning->code, (const guint64 *)(gpointer)places->data,
					  places->len, &file->culprit_evidence);
}

ScanFile *file_scan(const gchar *path, const gchar *label, const Profile *baseline,
		    FileFeatures *features, GError **error)
{
	g_autoptr(Code) code = code_open(path, error);
	Scanning scanning = {.code = code, .baseline = baseline, .features = features};
	const CodeRange *ranges;
	guint count;

	if (!code)
		return NULL;
	scanning.file = scan_file_new(label);
	ranges = code_ranges(code, &count);
	for (guint i = 0; i < count; i++)
		scanning.file->code += ranges[i].count * 4;
	for (guint i = 0; i < count; i++)
		scan_range(&scanning, &ranges[i]);
	find_culprit(&scanning);
	walk_free(scanning.walk);
	return scanning.file;
}
