#include "report/checked.h"

#include "report/marks.h"
#include "report/scan.h"
#include "report/section.h"

/* Files of which nothing is wrong are listed up to this many; the others all. */
enum { LISTED = 20, PATH_MOST = 56, KIND_WIDTH = 9 };

static Style style_of(CheckedKind kind)
{
	static const Style styles[] = {[CHECKED_RUNS] = STYLE_GOOD,
				       [CHECKED_UNCLEAR] = STYLE_ODD,
				       [CHECKED_DIES] = STYLE_BAD};

	return styles[kind];
}

static void add_headline(Page *page, const Checked *checked)
{
	g_autofree gchar *target = text_clean(checked->target);
	g_autofree gchar *package = checked->package ? text_clean(checked->package) : NULL;

	page_add(page, STYLE_BOLD, target);
	if (package) {
		page_add(page, STYLE_DIM, ", of which ");
		page_add(page, STYLE_BOLD, package);
	}
	page_add(page, STYLE_PLAIN, ": ");
	page_add(page, style_of(checked->verdict), checked_name(checked->verdict));
	page_add(page, STYLE_PLAIN, checked->verdict == CHECKED_UNCLEAR ? " for " : " on ");
	page_add(page, STYLE_PLAIN, checked->scan->baseline);
	page_add(page, STYLE_PLAIN, "\n");
}

/* What was seen when it was started, or why it was not. */
static gchar *remark(const CheckedFile *file)
{
	g_autofree gchar *baseline = NULL;

	if (file->reason)
		return text_clean(file->reason);
	if (!file->finding)
		return g_strdup("");
	baseline = section_outcome(file->finding->baseline);
	if (file->verdict == CHECKED_RUNS)
		return g_steal_pointer(&baseline);
	return g_strdup_printf("%s; %s", baseline, section_meaning(file->finding->verdict));
}

/* Files of one package differ in their names more than in their folders. */
static gchar *fit_path(const CheckedFile *file)
{
	g_autofree gchar *path = text_clean(file->path);
	g_autofree gchar *name = g_strdup_printf("…/%s", text_base(path));

	if (g_utf8_strlen(path, -1) <= PATH_MOST)
		return g_steal_pointer(&path);
	return text_fit(name, PATH_MOST);
}

static guint path_width(const Checked *checked)
{
	guint width = 0;

	for (guint i = 0; i < checked->files->len; i++) {
		g_autofree gchar *path = fit_path(g_ptr_array_index(checked->files, i));

		width = MAX(width, (guint)g_utf8_strlen(path, -1));
	}
	return width;
}

static void add_file(Page *page, const CheckedFile *file, guint width)
{
	g_autofree gchar *path = fit_path(file);
	g_autofree gchar *text = remark(file);
	guint indent = 2 + width + 2 + KIND_WIDTH;

	page_add(page, STYLE_BAD, file->verdict == CHECKED_DIES ? "! " : "  ");
	page_cell(page, STYLE_PLAIN, path, width, FALSE);
	page_add(page, STYLE_PLAIN, "  ");
	page_cell(page, STYLE_DIM, file->kind, KIND_WIDTH, FALSE);
	if (file->verdict != CHECKED_RUNS && file->reason) {
		page_add(page, style_of(file->verdict), checked_name(file->verdict));
		page_add(page, STYLE_PLAIN, "\n    ");
		indent = 4;
	}
	page_wrap(page, STYLE_PLAIN, text, indent);
}

static void add_fault(Page *page, const CheckedFile *file)
{
	enum { LINES = 14 };
	const ScanFile *scan = file->scan;
	g_autofree gchar *culprit = NULL;

	if (file->finding && finding_fault(file->finding)) {
		section_fault(page, file->finding, SECTION_FULL, LINES);
		return;
	}
	if (!scan->culprit)
		return;
	culprit = g_strdup_printf("%s (%s)", scan->culprit, scan->culprit_evidence);
	page_row(page, "culprit", culprit);
}

/* The first bare instruction that no start has shown. */
static void add_bare(Page *page, const CheckedFile *file)
{
	g_autofree gchar *line = NULL;

	for (guint i = 0; i < file->scan->hits->len; i++) {
		const Hit *hit = g_ptr_array_index(file->scan->hits, i);

		if (hit->class != HIT_BARE)
			continue;
		line = g_strdup_printf("%08x  (%s, %s) at 0x%" G_GINT64_MODIFIER "x%s%s", hit->word,
				       hit->feature, hit->arch, hit->addr,
				       hit->function ? " in " : "",
				       hit->function ? hit->function : "");
		page_row(page, "the first", line);
		return;
	}
}

static void add_files(Page *page, const Checked *checked)
{
	guint listed = 0, passed = 0, width = path_width(checked);

	for (guint i = 0; i < checked->files->len; i++) {
		const CheckedFile *file = g_ptr_array_index(checked->files, i);

		if (file->verdict == CHECKED_RUNS && listed == LISTED) {
			passed++;
			continue;
		}
		listed += file->verdict == CHECKED_RUNS;
		add_file(page, file, width);
		if (file->verdict == CHECKED_DIES && file->reason)
			add_bare(page, file);
		if (file->verdict == CHECKED_DIES)
			add_fault(page, file);
	}
	if (passed) {
		g_autofree gchar *files = text_count(passed, "more file");
		g_autofree gchar *line =
			g_strdup_printf("  and %s that run%s\n", files, passed == 1 ? "s" : "");

		page_add(page, STYLE_DIM, line);
	}
}

static void add_target(Page *page, const Checked *checked)
{
	add_headline(page, checked);
	if (checked->reason) {
		page_add(page, STYLE_PLAIN, "  ");
		page_wrap(page, STYLE_PLAIN, checked->reason, 2);
	}
	if (!checked->files->len)
		return;
	page_add(page, STYLE_PLAIN, "\n");
	add_files(page, checked);
	page_add(page, STYLE_PLAIN, "\n");
	scan_fates(page, checked->scan);
}

gchar *checked_table(const Checks *checks, gboolean colour, guint width)
{
	Page page = {g_string_new(NULL), colour, width};

	for (guint i = 0; i < checks->targets->len; i++) {
		page_add(&page, STYLE_PLAIN, i ? "\n" : "");
		add_target(&page, g_ptr_array_index(checks->targets, i));
	}
	return g_string_free(page.out, FALSE);
}

gchar *checked_markdown(const Checks *checks)
{
	static const gchar *const signs[] = {[CHECKED_RUNS] = ":white_check_mark:",
					     [CHECKED_UNCLEAR] = ":grey_question:",
					     [CHECKED_DIES] = ":x:"};
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < checks->targets->len; i++) {
		const Checked *checked = g_ptr_array_index(checks->targets, i);
		Page page = {g_string_new(NULL), FALSE, 0};

		g_string_append_printf(out, "%s### %s ", i ? "\n" : "", signs[checked->verdict]);
		marks_add(out, checked->target);
		g_string_append_printf(out, ": %s on %s\n\n", checked_name(checked->verdict),
				       checked->scan->baseline);
		add_target(&page, checked);
		marks_add_block(out, page.out->str);
		g_string_free(page.out, TRUE);
	}
	return g_string_free(out, FALSE);
}
