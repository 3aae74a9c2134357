#include "run/audit.h"

#include <stdlib.h>
#include <string.h>

#include "inspect/code.h"
#include "inspect/culprit.h"
#include "isa/lookup.h"
#include "judge/fate.h"
#include "model/executed.h"
#include "scan/file.h"

/* One instruction in a file; of code made in memory one word, wherever it lay. */
typedef struct {
	gchar *file;   /* on this host, or NULL */
	gchar *object; /* as the program saw it, or NULL */
	guint64 offset;
	guint32 word;
	const IsaFeature *feature;
	HitClass class;
	gboolean observed;   /* guarded as far as the runs tell; the scan cannot tell */
	const gchar *reason; /* static */
} Place;

struct Audit {
	const Profile *baseline;
	const GPtrArray *profiles;
	GMutex scanning;     /* guards what follows */
	GHashTable *scanned; /* path of a file to ScanFile, as the scan sees it */
	GMutex mutex;        /* guards what follows */
	GHashTable *places;  /* set of Place */
	GHashTable *files;   /* set of paths */
};

/* --- places --- */

static guint place_hash(gconstpointer data)
{
	const Place *place = data;

	return (guint)(place->offset >> 2) ^ place->word ^
	       (place->file ? g_str_hash(place->file) : 0);
}

static gboolean place_equal(gconstpointer a, gconstpointer b)
{
	const Place *x = a, *y = b;

	return x->offset == y->offset && x->word == y->word && !g_strcmp0(x->file, y->file);
}

static void place_free(gpointer data)
{
	Place *place = data;

	g_free(place->file);
	g_free(place->object);
	g_free(place);
}

/* What executed it, bit by bit. */
enum { ON_BASELINE = 1, ON_REFERENCE = 2, ON_PLAIN = 4 };

/* The places of the runs of one case, each with a set of what executed it. */
static void collect(GHashTable *all, const Outcome *outcome, guint bit)
{
	for (guint i = 0; outcome && outcome->executed && i < outcome->executed->len; i++) {
		const Executed *executed = g_ptr_array_index(outcome->executed, i);
		const IsaFeature *feature = isa_lookup(executed->word);
		Place key = {.file = executed->file,
			     .offset = executed->file ? executed->offset : 0,
			     .word = executed->word};
		gpointer known, bits = NULL;
		Place *place;

		if (!feature)
			continue;
		if (g_hash_table_lookup_extended(all, &key, &known, &bits)) {
			/* The key stays: only a new one would be freed. */
			g_hash_table_insert(all, known,
					    GUINT_TO_POINTER(GPOINTER_TO_UINT(bits) | bit));
			continue;
		}
		place = g_new0(Place, 1);
		*place = key;
		place->file = g_strdup(key.file);
		place->object = g_strdup(executed->object);
		place->feature = feature;
		g_hash_table_insert(all, place, GUINT_TO_POINTER(bit));
	}
}

static GHashTable *collect_all(const Outcome *baseline, const Outcome *reference,
			       const Outcome *plain)
{
	GHashTable *all = g_hash_table_new(place_hash, place_equal);

	collect(all, baseline, ON_BASELINE);
	collect(all, reference, ON_REFERENCE);
	collect(all, plain, ON_PLAIN);
	return all;
}

/* --- what the scan says --- */

/* Empty for a file that cannot be scanned. Files are scanned at their first mention. */
static const ScanFile *scan(Audit *audit, const gchar *path)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&audit->scanning);
	ScanFile *file = g_hash_table_lookup(audit->scanned, path);
	FileFeatures features;

	if (file)
		return file;
	features = (FileFeatures){g_hash_table_new(NULL, NULL), g_hash_table_new(NULL, NULL)};
	file = file_scan(path, path, audit->baseline, &features, NULL);
	if (!file)
		file = scan_file_new(path);
	g_hash_table_unref(features.bare);
	g_hash_table_unref(features.unknown);
	g_hash_table_insert(audit->scanned, g_strdup(path), file);
	return file;
}

static gint at_offset(gconstpointer a, gconstpointer b)
{
	const Hit *x = *(const Hit *const *)a, *y = *(const Hit *const *)b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* The same place, or NULL. Hits are by address, and so, in what is loaded, by offset. */
static const Hit *scan_hit(Audit *audit, const Place *place)
{
	const ScanFile *file = place->file ? scan(audit, place->file) : NULL;
	const Hit key = {.offset = place->offset}, *at = &key;
	const Hit *const *found = file && file->hits->len
					  ? bsearch(&at, file->hits->pdata, file->hits->len,
						    sizeof(gpointer), at_offset)
					  : NULL;

	return found ? *found : NULL;
}

/* Runs differ in more than what the CPU can do: in what their threads come to, say. What was not
 * executed on a lesser CPU though nothing guards it was not met there by chance; and what a guard
 * stands before is guarded, however far the program came. */
static void weigh(Audit *audit, Place *place)
{
	const Hit *hit = place->class == HIT_BARE ? NULL : scan_hit(audit, place);

	if (hit && hit->class == HIT_BARE) {
		place->class = HIT_BARE;
		place->reason = "executed on the reference, and nothing in the code guards it";
	} else if (hit && hit->class == HIT_GUARDED && place->class == HIT_UNKNOWN) {
		place->class = HIT_GUARDED;
		place->reason = "executed on the reference, and the code guards it";
	}
	place->observed = place->class == HIT_GUARDED && hit && hit->class == HIT_UNKNOWN;
}

/* --- classes --- */

/* Did it come as far as the reference, so that what it has not executed it does without? */
static gboolean went_as_far(const Outcome *outcome, const Outcome *reference)
{
	return outcome && outcome->executed && outcome->kind == reference->kind &&
	       outcome->code == reference->code &&
	       (outcome->kind == OUTCOME_EXITED || outcome->kind == OUTCOME_SKIPPED);
}

static void classify(Audit *audit, Place *place, guint bits, gboolean baseline_whole,
		     gboolean plain_whole)
{
	gboolean lacking = !profile_has(audit->baseline, place->feature);

	place->class = HIT_UNKNOWN;
	if (bits & ON_PLAIN) {
		place->class = HIT_BARE;
		place->reason = "executed although the program was told that no CPU has it";
	} else if (bits & ON_BASELINE && lacking) {
		place->class = HIT_BARE;
		place->reason = "executed on the baseline, which lacks it";
	} else if (plain_whole) {
		place->class = HIT_GUARDED;
		place->reason = "not executed where the program was told that the CPU lacks it";
	} else if (baseline_whole && lacking) {
		place->class = HIT_GUARDED;
		place->reason = "executed on the reference, not on the baseline";
	} else if (lacking) {
		place->reason = "the baseline did not come as far as the reference";
	} else {
		place->reason = "the baseline has it, too";
	}
	weigh(audit, place);
}

/* Has another case shown what this one leaves open? */
static gboolean is_settled(Audit *audit, const Place *place)
{
	const Place *known;
	gboolean settled;

	if (place->class != HIT_UNKNOWN)
		return TRUE;
	g_mutex_lock(&audit->mutex);
	known = g_hash_table_lookup(audit->places, place);
	settled = known && known->class != HIT_UNKNOWN;
	g_mutex_unlock(&audit->mutex);
	return settled;
}

gboolean audit_needs_plain(Audit *audit, const Outcome *baseline, const Outcome *reference)
{
	g_autoptr(GHashTable) all = collect_all(baseline, reference, NULL);
	gboolean whole = went_as_far(baseline, reference), needs = FALSE;
	GHashTableIter iter;
	gpointer place, bits;

	g_hash_table_iter_init(&iter, all);
	while (g_hash_table_iter_next(&iter, &place, &bits)) {
		classify(audit, place, GPOINTER_TO_UINT(bits), whole, FALSE);
		needs = needs || !is_settled(audit, place);
		place_free(place);
	}
	return needs;
}

/* Bare wins, then guarded. */
static gboolean is_stronger(HitClass new, HitClass old)
{
	static const guint rank[] = {[HIT_UNKNOWN] = 0, [HIT_GUARDED] = 1, [HIT_BARE] = 2};

	return rank[new] > rank[old];
}

static void merge(Audit *audit, Place *place)
{
	Place *known;

	g_mutex_lock(&audit->mutex);
	known = g_hash_table_lookup(audit->places, place);
	if (!known)
		g_hash_table_add(audit->places, place);
	else if (is_stronger(place->class, known->class)) {
		known->class = place->class;
		known->observed = place->observed;
		known->reason = place->reason;
	}
	g_mutex_unlock(&audit->mutex);
	if (known)
		place_free(place);
}

void audit_add(Audit *audit, const Outcome *baseline, const Outcome *reference,
	       const Outcome *plain)
{
	g_autoptr(GHashTable) all = collect_all(baseline, reference, plain);
	gboolean baseline_whole = went_as_far(baseline, reference);
	gboolean plain_whole = went_as_far(plain, reference);
	GHashTableIter iter;
	gpointer place, bits;

	g_hash_table_iter_init(&iter, all);
	while (g_hash_table_iter_next(&iter, &place, &bits)) {
		classify(audit, place, GPOINTER_TO_UINT(bits), baseline_whole, plain_whole);
		merge(audit, place);
	}
}

void audit_add_file(Audit *audit, const gchar *path)
{
	g_mutex_lock(&audit->mutex);
	if (!g_hash_table_contains(audit->files, path))
		g_hash_table_add(audit->files, g_strdup(path));
	g_mutex_unlock(&audit->mutex);
}

const Profile *audit_plain(void)
{
	static gchar fp[] = "fp", asimd[] = "asimd", name[] = "plain", arch[] = "ARMv8.0-A";
	static gchar *hwcaps[] = {fp, asimd};
	static const Profile plain = {
		.name = name, .arch = arch, .hwcaps = hwcaps, .hwcaps_count = G_N_ELEMENTS(hwcaps)};

	return &plain;
}

static void free_scanned(gpointer scanned)
{
	scan_file_free(scanned);
}

Audit *audit_new(const Profile *baseline, const GPtrArray *profiles)
{
	Audit *audit = g_new0(Audit, 1);

	audit->baseline = baseline;
	audit->profiles = profiles;
	g_mutex_init(&audit->mutex);
	g_mutex_init(&audit->scanning);
	audit->scanned = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_scanned);
	audit->places = g_hash_table_new_full(place_hash, place_equal, place_free, NULL);
	audit->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return audit;
}

void audit_free(Audit *audit)
{
	if (!audit)
		return;
	g_hash_table_unref(audit->places);
	g_hash_table_unref(audit->files);
	g_hash_table_unref(audit->scanned);
	g_mutex_clear(&audit->scanning);
	g_mutex_clear(&audit->mutex);
	g_free(audit);
}

/* --- all of it --- */

typedef struct {
	Audit *audit;
	Scan *scan;
	GHashTable *files; /* path on this host, or "", to ScanFile */
	GHashTable *bare, *unknown;
	GHashTable *unguarded; /* set of Place that stand for their files and features: it has bare
				  instructions of that */
} Finish;

static guint kind_hash(gconstpointer data)
{
	const Place *place = data;

	return g_direct_hash(place->feature) ^ (place->file ? g_str_hash(place->file) : 0);
}

static gboolean kind_equal(gconstpointer a, gconstpointer b)
{
	const Place *x = a, *y = b;

	return x->feature == y->feature && !g_strcmp0(x->file, y->file);
}

/* A file that executes an extension unasked hardly asks for it elsewhere: there it was not met by
 * chance. */
static void doubt(const Finish *finish, Place *place)
{
	if (!place->observed || !g_hash_table_contains(finish->unguarded, place))
		return;
	place->class = HIT_UNKNOWN;
	place->reason = "executed on the reference alone, in a file that elsewhere uses the "
			"extension unasked";
}

static ScanFile *file_of(Finish *finish, const gchar *path, const gchar *label)
{
	ScanFile *file = g_hash_table_lookup(finish->files, path);
	const ScanFile *scanned;

	if (file)
		return file;
	file = scan_file_new(label);
	scanned = *path ? scan(finish->audit, path) : file;
	file->code = scanned->code;
	for (guint class = 0; class < HIT_CLASSES; class ++)
		file->found += scanned->counts[class];
	g_hash_table_insert(finish->files, g_strdup(path), file);
	g_ptr_array_add(finish->scan->files, file);
	return file;
}

/* A file of the sysroot is known by the program's name for it, others by theirs here. */
static const gchar *label_of(const Place *place)
{
	if (!place->file)
		return "code made in memory";
	return place->object && g_str_has_suffix(place->file, place->object) ? place->object
									     : place->file;
}

static Hit *hit_of(Finish *finish, const Place *place)
{
	const Hit *same = scan_hit(finish->audit, place);
	Hit *hit = hit_new();

	hit->offset = place->offset;
	hit->word = place->word;
	hit->class = place->class;
	hit->feature = place->feature->feature;
	hit->arch = place->feature->arch;
	hit->section = g_strdup(same ? same->section : "");
	hit->reason = g_strdup(place->reason);
	if (same) {
		hit->addr = same->addr;
		hit->function = g_strdup(same->function);
		hit->function_offset = same->function_offset;
	}
	return hit;
}

static void take(Finish *finish, const Place *place)
{
	ScanFile *file;
	Hit *hit;

	if (place->class == HIT_BARE)
		g_hash_table_add(finish->bare, (gpointer)place->feature);
	else if (place->class == HIT_UNKNOWN)
		g_hash_table_add(finish->unknown, (gpointer)place->feature);
	if (profile_has(finish->audit->baseline, place->feature))
		return;
	file = file_of(finish, place->file ? place->file : "", label_of(place));
	hit = hit_of(finish, place);
	file->counts[hit->class]++;
	g_ptr_array_add(file->hits, hit);
}

static gint by_addr(gconstpointer a, gconstpointer b)
{
	const Hit *x = *(const Hit *const *)a, *y = *(const Hit *const *)b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->word < y->word ? -1 : x->word > y->word;
}

static gint by_path(gconstpointer a, gconstpointer b)
{
	const ScanFile *x = *(const ScanFile *const *)a, *y = *(const ScanFile *const *)b;

	return strcmp(x->path, y->path);
}

/* Of what is bare. */
static void find_culprit(const gchar *path, ScanFile *file)
{
	g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(guint64));
	g_autoptr(Code) code = *path && file->counts[HIT_BARE] ? code_open(path, NULL) : NULL;

	for (guint i = 0; code && i < file->hits->len; i++) {
		const Hit *hit = g_ptr_array_index(file->hits, i);

		if (hit->class == HIT_BARE)
			g_array_append_val(places, hit->addr);
	}
	if (places->len)
		file->culprit = culprit_of_places(code, (const guint64 *)(gpointer)places->data,
						  places->len, &file->culprit_evidence);
}

Scan *audit_finish(Audit *audit)
{
	Finish finish = {.audit = audit,
			 .scan = scan_new(audit->baseline->name),
			 .files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
			 .bare = g_hash_table_new(NULL, NULL),
			 .unknown = g_hash_table_new(NULL, NULL),
			 .unguarded = g_hash_table_new(kind_hash, kind_equal)};
	GHashTableIter iter;
	gpointer item, file;

	finish.scan->executed = TRUE;
	g_hash_table_iter_init(&iter, audit->files);
	while (g_hash_table_iter_next(&iter, &item, NULL))
		file_of(&finish, item, item);
	g_hash_table_iter_init(&iter, audit->places);
	while (g_hash_table_iter_next(&iter, &item, NULL))
		if (((const Place *)item)->class == HIT_BARE)
			g_hash_table_add(finish.unguarded, item);
	g_hash_table_iter_init(&iter, audit->places);
	while (g_hash_table_iter_next(&iter, &item, NULL)) {
		doubt(&finish, item);
		take(&finish, item);
	}
	g_hash_table_iter_init(&iter, finish.files);
	while (g_hash_table_iter_next(&iter, &item, &file)) {
		g_ptr_array_sort(((ScanFile *)file)->hits, by_addr);
		find_culprit(item, file);
	}
	g_ptr_array_sort(finish.scan->files, by_path);
	fates_find(finish.scan, audit->profiles, finish.bare, finish.unknown);
	g_hash_table_unref(finish.files);
	g_hash_table_unref(finish.bare);
	g_hash_table_unref(finish.unknown);
	g_hash_table_unref(finish.unguarded);
	return finish.scan;
}
