#include "check/check.h"

#include "artefact/target.h"
#include "base/error.h"
#include "check/files.h"
#include "check/rounds.h"
#include "isa/lookup.h"
#include "judge/fate.h"
#include "report/section.h"
#include "run/scratch.h"
#include "scan/file.h"

/* One target on its way. */
typedef struct {
	const CheckRequest *request;
	GPtrArray *profiles;
	const Profile *baseline;
	gchar *path;
	Checked *checked;
	Results *about;
	FileFeatures *features; /* of each file, in their order; count of them */
	guint count;
	FileFeatures all; /* that decide the profiles' fates */
} Check;

/* --- the scan --- */

static void scan_file_of(gpointer item, gpointer data)
{
	Check *check = data;
	guint number = GPOINTER_TO_UINT(item) - 1;
	CheckedFile *file = g_ptr_array_index(check->checked->files, number);
	g_autofree gchar *path = files_path(check->path, file);
	g_autoptr(GError) why = NULL;

	check->features[number] = file_features_new();
	file->scan = file_scan(path, file->path, check->baseline, &check->features[number], &why);
	if (file->scan)
		return;
	file->unread = TRUE;
	file->scan = scan_file_new(file->path);
	if (!file->reason)
		file->reason = g_strdup(why->message);
}

static void scan_all(Check *check)
{
	const GPtrArray *files = check->checked->files;
	GThreadPool *pool = g_thread_pool_new(scan_file_of, check,
					      (gint)check->request->request->jobs, FALSE, NULL);

	check->count = files->len;
	check->features = g_new0(FileFeatures, check->count);
	for (guint i = 0; i < files->len; i++)
		g_thread_pool_push(pool, GUINT_TO_POINTER(i + 1), NULL);
	g_thread_pool_free(pool, FALSE, TRUE);
	for (guint i = 0; i < files->len; i++)
		g_ptr_array_add(check->checked->scan->files,
				((CheckedFile *)g_ptr_array_index(files, i))->scan);
}

/* --- what the audit adds --- */

static Hit *hit_at(const ScanFile *file, guint64 offset)
{
	for (guint i = 0; i < file->hits->len; i++) {
		Hit *hit = g_ptr_array_index(file->hits, i);

		if (hit->offset == offset)
			return hit;
	}
	return NULL;
}

/* What was executed settles what the scan has left open. */
static void take_hit(ScanFile *file, const Hit *seen)
{
	Hit *hit = hit_at(file, seen->offset);

	if (!hit || hit->class != HIT_UNKNOWN || seen->class == HIT_UNKNOWN)
		return;
	file->counts[HIT_UNKNOWN]--;
	file->counts[seen->class]++;
	hit->class = seen->class;
	g_free(hit->reason);
	hit->reason = g_strdup(seen->reason);
}

static void take_audit(const Check *check, const Scan *audit)
{
	for (guint i = 0; i < check->checked->files->len; i++) {
		CheckedFile *file = g_ptr_array_index(check->checked->files, i);
		g_autofree gchar *path = files_path(check->path, file);

		for (guint k = 0; audit && k < audit->files->len; k++) {
			const ScanFile *seen = g_ptr_array_index(audit->files, k);

			for (guint h = 0; g_str_equal(seen->path, path) && h < seen->hits->len; h++)
				take_hit(file->scan, g_ptr_array_index(seen->hits, h));
		}
	}
}

/* --- verdicts --- */

/* On both CPUs alike; and where we have started it ourselves, well: that a program does not know
 * --version is its own affair. */
static gboolean started(const CheckedFile *file)
{
	const Finding *finding = file->finding;
	const Outcome *baseline = finding ? finding->baseline : NULL;
	const Outcome *reference = finding ? finding->reference : NULL;

	return baseline && reference && baseline->kind == OUTCOME_EXITED &&
	       reference->kind == OUTCOME_EXITED && baseline->code == reference->code &&
	       rounds_loaded(baseline) &&
	       (baseline->code == 0 || g_str_equal(file->kind, "program"));
}

static gboolean fails(const Finding *finding)
{
	return finding &&
	       (finding->verdict == VERDICT_FLAGGED || finding->verdict == VERDICT_DIVERGES);
}

static gchar *why_not_started(const Finding *finding)
{
	g_autofree gchar *detail = NULL;

	if (!finding->baseline || !finding->reference)
		return g_strdup_printf("not started: %s",
				       finding->reason ? finding->reason : "nothing was run");
	detail = section_detail(finding);
	if (!detail)
		detail = outcome_describe(finding->baseline);
	return g_strdup_printf("not started: %s", detail);
}

/* A reason that is there already is why it was not started. */
static void judge(CheckedFile *file)
{
	const ScanFile *scan = file->scan;

	if (fails(file->finding)) {
		file->verdict = CHECKED_DIES;
		return;
	}
	if (scan->counts[HIT_BARE]) {
		file->verdict = CHECKED_DIES;
		g_free(file->reason);
		file->reason = g_strdup_printf(
			"nothing guards %" G_GUINT64_FORMAT " of its instructions%s",
			scan->counts[HIT_BARE],
			file->finding ? ", which this start did not reach" : "");
		return;
	}
	if (started(file))
		return;
	if (!file->reason)
		file->reason = file->finding ? why_not_started(file->finding)
					     : g_strdup(file->not_started);
	if (scan->counts[HIT_UNKNOWN] || file->unread)
		file->verdict = CHECKED_UNCLEAR;
}

/* What is unknown counts only where no start has shown that it does no harm. */
static void take_features(Check *check, guint number)
{
	const CheckedFile *file = g_ptr_array_index(check->checked->files, number);
	const Fault *fault = file->finding ? finding_fault(file->finding) : NULL;
	const IsaFeature *feature = fault && fault->has_insn ? isa_lookup(fault->insn) : NULL;

	file_features_add(check->all.bare, check->features[number].bare);
	if (feature && fails(file->finding))
		g_hash_table_add(check->all.bare, (gpointer)feature);
	if (!started(file))
		file_features_add(check->all.unknown, check->features[number].unknown);
}

static void judge_all(Check *check)
{
	Checked *checked = check->checked;
	gboolean unread = FALSE;

	check->all = file_features_new();
	for (guint i = 0; i < checked->files->len; i++) {
		CheckedFile *file = g_ptr_array_index(checked->files, i);

		judge(file);
		take_features(check, i);
		unread = unread || file->unread;
		checked->verdict = MAX(checked->verdict, file->verdict);
	}
	if (!unread)
		fates_find(checked->scan, check->profiles, check->all.bare, check->all.unknown);
}

/* --- all of it --- */

/* The files of the target, or of the package for arm64 that it depends on. */
static gboolean find_files(Check *check, const TargetRequest *target, GError **error)
{
	Checked *checked = check->checked;

	check->path = target_open(target, checked->target, error);
	if (!check->path)
		return FALSE;
	files_find(checked, check->path, target->scratch);
	if (checked->files->len)
		return TRUE;
	checked->package = target_dependency(check->path);
	if (!checked->package)
		return TRUE;
	g_free(check->path);
	check->path = target_open(target, checked->package, error);
	if (check->path)
		files_find(checked, check->path, target->scratch);
	return check->path != NULL;
}

/* The versions and profiles are the same for all targets. */
static void take_about(Results *to, Results *from)
{
	if (to->rig_version)
		return;
	to->rig_version = g_steal_pointer(&from->rig_version);
	to->qemu = g_steal_pointer(&from->qemu);
	to->host = g_steal_pointer(&from->host);
}

static void take_round(Results *results, gpointer data)
{
	const Check *check = data;

	take_about(check->about, results);
	take_audit(check, results->audit);
}

static gboolean look(Check *check, const TargetRequest *target, GError **error)
{
	scan_all(check);
	if (!rounds_run(check->request, target, check->checked, check->path, take_round, check,
			error))
		return FALSE;
	judge_all(check);
	return TRUE;
}

static void check_clear(Check *check)
{
	for (guint i = 0; i < check->count; i++)
		file_features_clear(&check->features[i]);
	g_free(check->features);
	file_features_clear(&check->all);
	g_clear_pointer(&check->profiles, g_ptr_array_unref);
	checked_free(check->checked);
	g_free(check->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Check, check_clear)

gboolean check_add(const CheckRequest *request, const gchar *word, Checks *checks, GError **error)
{
	const Request *what = request->request;
	g_autoptr(Scratch) scratch = scratch_new(what->paths->runs, error);
	g_auto(Check) check = {.request = request, .about = checks->results};
	const TargetRequest target = {.paths = what->paths,
				      .scratch = scratch ? scratch->path : NULL,
				      .news = request->watch->news,
				      .data = request->watch->data,
				      .cancellable = request->cancellable};

	check.checked = checked_new(word, what->baseline);
	check.profiles = scratch ? profiles_known(what->paths, error) : NULL;
	check.baseline =
		check.profiles ? profile_find(check.profiles, what->baseline, error) : NULL;
	if (!check.baseline || !find_files(&check, &target, error))
		return FALSE;
	if (!check.checked->files->len) {
		check.checked->verdict = CHECKED_UNCLEAR;
		check.checked->reason = g_strdup("there is no arm64 code in it");
	} else if (!look(&check, &target, error)) {
		return FALSE;
	}
	g_ptr_array_add(checks->targets, g_steal_pointer(&check.checked));
	return TRUE;
}
