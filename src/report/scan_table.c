#include <string.h>

#include "isa/isa.h"
#include "report/scan.h"
#include "report/text.h"

enum { SHOWN = 5 }; /* places of each extension and class */

typedef struct {
	const gchar *feature, *arch;
	guint counts[HIT_CLASSES];
} Extension;

static const Style styles[] = {
	[HIT_BARE] = STYLE_BAD, [HIT_UNKNOWN] = STYLE_ODD, [HIT_GUARDED] = STYLE_GOOD};

/* "110 bare, 105 unknown, 12 guarded" */
static void add_counts(Page *page, const guint *counts)
{
	const gchar *comma = "";

	for (guint class = 0; class < HIT_CLASSES; class ++) {
		g_autofree gchar *count =
			g_strdup_printf("%u %s", counts[class], hit_class_name(class));

		if (!counts[class])
			continue;
		page_add(page, STYLE_PLAIN, comma);
		page_add(page, styles[class], count);
		comma = ", ";
	}
}

static Extension *extension_of(GArray *extensions, const Hit *hit)
{
	Extension new = {.feature = hit->feature, .arch = hit->arch};

	for (guint i = 0; i < extensions->len; i++)
		if (g_array_index(extensions, Extension, i).feature == hit->feature)
			return &g_array_index(extensions, Extension, i);
	g_array_append_val(extensions, new);
	return &g_array_index(extensions, Extension, extensions->len - 1);
}

/* The most bare ones first, then the most unknown. */
static gint by_weight(gconstpointer a, gconstpointer b)
{
	const Extension *x = a, *y = b;

	for (guint class = 0; class < HIT_CLASSES; class ++)
		if (x->counts[class] != y->counts[class])
			return x->counts[class] > y->counts[class] ? -1 : 1;
	return strcmp(x->feature, y->feature);
}

static void add_place(Page *page, const Hit *hit)
{
	g_auto(IsaInsn) insn = {0};
	g_autofree gchar *function = hit->function ? text_clean(hit->function) : NULL;
	g_autofree gchar *section = text_clean(hit->section);
	g_autoptr(GString) line = g_string_new(NULL);
	g_autofree gchar *fitted = NULL;

	isa_explain(hit->word, &insn, NULL);
	g_string_append_printf(line, "0x%-8" G_GINT64_MODIFIER "x %08x  %s %s", hit->addr,
			       hit->word, insn.mnemonic ? insn.mnemonic : ".inst",
			       insn.operands ? insn.operands : "");
	if (function)
		g_string_append_printf(line, "  in %s+0x%" G_GINT64_MODIFIER "x", function,
				       hit->function_offset);
	else if (*section)
		g_string_append_printf(line, "  in %s", section);
	fitted = text_fit(line->str, page->width > 17 ? page->width - 13 : 0);
	page_add(page, STYLE_PLAIN, fitted);
	page_add(page, STYLE_PLAIN, "\n");
}

static void add_places(Page *page, const ScanFile *file, const Extension *extension, HitClass class,
		       gboolean all)
{
	guint shown = 0;

	for (guint i = 0; i < file->hits->len && (all || shown < SHOWN); i++) {
		const Hit *hit = g_ptr_array_index(file->hits, i);

		if (hit->feature != extension->feature || hit->class != class)
			continue;
		page_add(page, STYLE_PLAIN, "    ");
		page_cell(page, styles[class], shown ? "" : hit_class_name(class), 8, FALSE);
		shown++;
		page_add(page, STYLE_PLAIN, " ");
		add_place(page, hit);
		if (all && hit->reason) {
			page_add(page, STYLE_PLAIN, "             ");
			page_wrap(page, STYLE_DIM, hit->reason, 13);
		}
	}
	if (shown < extension->counts[class] && !all) {
		g_autofree gchar *more = g_strdup_printf("             and %u more\n",
							 extension->counts[class] - shown);

		page_add(page, STYLE_DIM, more);
	}
}

typedef struct {
	const gchar *text;
	guint count;
} Reason;

static gint by_count(gconstpointer a, gconstpointer b)
{
	const Reason *x = a, *y = b;

	return x->count != y->count ? (x->count > y->count ? -1 : 1) : strcmp(x->text, y->text);
}

/* How often each reason is given, whatever is tested: the text goes to a Reason of the array as
 * g_intern_string(), for there are few. */
static GArray *reasons_of(const ScanFile *file, const Extension *extension, HitClass class)
{
	g_autoptr(GRegex) place = g_regex_new(" \\(0x[0-9a-f]+\\)$", 0, 0, NULL);
	GArray *reasons = g_array_new(FALSE, FALSE, sizeof(Reason));

	for (guint i = 0; i < file->hits->len; i++) {
		const Hit *hit = g_ptr_array_index(file->hits, i);
		g_autofree gchar *plain = NULL;
		Reason new = {.count = 1};
		guint at = 0;

		if (hit->feature != extension->feature || hit->class != class || !hit->reason)
			continue;
		plain = g_regex_replace_literal(place, hit->reason, -1, 0, "", 0, NULL);
		new.text = g_intern_string(plain);
		while (at < reasons->len && g_array_index(reasons, Reason, at).text != new.text)
			at++;
		if (at < reasons->len)
			g_array_index(reasons, Reason, at).count++;
		else
			g_array_append_val(reasons, new);
	}
	g_array_sort(reasons, by_count);
	return reasons;
}

static void add_reasons(Page *page, const ScanFile *file, const Extension *extension,
			HitClass class)
{
	g_autoptr(GArray) reasons = reasons_of(file, extension, class);

	for (guint i = 0; i < reasons->len; i++) {
		const Reason *reason = &g_array_index(reasons, Reason, i);
		g_autofree gchar *line = g_strdup_printf("%u %s", reason->count, reason->text);

		page_add(page, STYLE_PLAIN, "    ");
		page_cell(page, styles[class], i ? "" : hit_class_name(class), 8, FALSE);
		page_add(page, STYLE_PLAIN, " ");
		page_wrap(page, STYLE_DIM, line, 13);
	}
}

static void add_extension(Page *page, const ScanFile *file, const Extension *extension,
			  gboolean all)
{
	g_autofree gchar *name =
		g_strdup_printf("  %s (%s): ", extension->feature, extension->arch);

	page_add(page, STYLE_BOLD, name);
	add_counts(page, extension->counts);
	page_add(page, STYLE_PLAIN, "\n");
	for (guint class = 0; class < HIT_CLASSES; class ++) {
		if (!extension->counts[class])
			continue;
		if (all || class == HIT_BARE)
			add_places(page, file, extension, class, all);
		else
			add_reasons(page, file, extension, class);
	}
}

/* "2.1 MiB of code, 12 of its 48 instructions above cortex-a72 were executed" */
static gchar *about(const Scan *scan, const ScanFile *file)
{
	g_autofree gchar *size = g_format_size_full(file->code, G_FORMAT_SIZE_IEC_UNITS);

	if (!scan->executed)
		return g_strdup_printf("  %s of code, %s %s\n", size,
				       file->hits->len ? "above" : "nothing above", scan->baseline);
	if (!file->code)
		return g_strdup_printf("  %u instructions above %s were executed\n",
				       file->hits->len, scan->baseline);
	return g_strdup_printf("  %s of code, %u of its %" G_GUINT64_FORMAT
			       " instructions above %s were executed\n",
			       size, file->hits->len, file->found, scan->baseline);
}

static void add_file(Page *page, const Scan *scan, const ScanFile *file, gboolean all)
{
	g_autoptr(GArray) extensions = g_array_new(FALSE, FALSE, sizeof(Extension));
	g_autofree gchar *path = text_clean(file->path);
	g_autofree gchar *facts = about(scan, file);

	page_add(page, STYLE_BOLD, path);
	page_add(page, STYLE_DIM, facts);
	for (guint i = 0; i < file->hits->len; i++) {
		const Hit *hit = g_ptr_array_index(file->hits, i);

		extension_of(extensions, hit)->counts[hit->class]++;
	}
	g_array_sort(extensions, by_weight);
	for (guint i = 0; i < extensions->len; i++)
		add_extension(page, file, &g_array_index(extensions, Extension, i), all);
	if (file->culprit) {
		g_autofree gchar *culprit =
			g_strdup_printf("%s (%s)", file->culprit, file->culprit_evidence);

		page_row(page, "culprit", culprit);
	}
	page_add(page, STYLE_PLAIN, "\n");
}

/* "FEAT_AES, FEAT_LSE" */
static gchar *features_of(const Fate *fate)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < fate->features->len; i++)
		g_string_append_printf(text, "%s%s", i ? ", " : "",
				       (const gchar *)g_ptr_array_index(fate->features, i));
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* The profiles from the first on that meet this fate for the same features. */
static gchar *alike(const Scan *scan, guint first, const gchar *features)
{
	const Fate *one = g_ptr_array_index(scan->fates, first);
	g_autoptr(GString) line = g_string_new(NULL);

	for (guint i = 0; i < scan->fates->len; i++) {
		const Fate *fate = g_ptr_array_index(scan->fates, i);
		g_autofree gchar *others = features_of(fate);

		if (fate->kind != one->kind || !g_str_equal(others, features))
			continue;
		if (i < first)
			return NULL;
		g_string_append_printf(line, "%s%s", line->len ? ", " : "", fate->profile);
	}
	if (*features)
		g_string_append_printf(line, ": %s", features);
	return g_string_free(g_steal_pointer(&line), FALSE);
}

/* A line for all profiles that lack the same. */
static void add_fate(Page *page, const Scan *scan, FateKind kind, Style style, const gchar *label)
{
	for (guint i = 0; i < scan->fates->len; i++) {
		const Fate *fate = g_ptr_array_index(scan->fates, i);
		g_autofree gchar *features = features_of(fate);
		g_autofree gchar *line = fate->kind == kind ? alike(scan, i, features) : NULL;

		if (!line)
			continue;
		page_cell(page, style, label, 16, FALSE);
		page_wrap(page, STYLE_PLAIN, line, 16);
		label = "";
	}
}

void scan_fates(Page *page, const Scan *scan)
{
	add_fate(page, scan, FATE_DIES, STYLE_BAD, "will not run on");
	add_fate(page, scan, FATE_UNCLEAR, STYLE_ODD, "cannot tell for");
	add_fate(page, scan, FATE_RUNS, STYLE_GOOD, "runs on");
}

static void add_end(Page *page, const Scan *scan)
{
	g_autofree gchar *files = text_count(scan->files->len, "file");
	g_autofree gchar *over =
		g_strdup_printf("; %" G_GUINT64_FORMAT " others passed over", scan->passed_over);
	guint counts[HIT_CLASSES];

	if (scan->files->len) {
		scan_fates(page, scan);
		page_add(page, STYLE_PLAIN, "\n");
	}
	page_add(page, STYLE_PLAIN, files);
	page_add(page, STYLE_PLAIN, scan->passed_over ? over : "");
	page_add(page, STYLE_PLAIN, scan->executed ? "; executed above " : "; above ");
	page_add(page, STYLE_PLAIN, scan->baseline);
	page_add(page, STYLE_PLAIN, ": ");
	for (guint class = 0; class < HIT_CLASSES; class ++)
		counts[class] = (guint)MIN(scan_count(scan, class), G_MAXUINT);
	add_counts(page, counts);
	if (!counts[HIT_BARE] && !counts[HIT_UNKNOWN] && !counts[HIT_GUARDED])
		page_add(page, STYLE_GOOD, "nothing");
	page_add(page, STYLE_PLAIN, "\n");
}

gchar *scan_table(const Scan *scan, gboolean colour, guint width, gboolean all)
{
	Page page = {g_string_new(NULL), colour, width};

	for (guint i = 0; i < scan->files->len; i++) {
		const ScanFile *file = g_ptr_array_index(scan->files, i);

		if (file->hits->len || file->found || scan->files->len == 1 || all)
			add_file(&page, scan, file, all);
	}
	add_end(&page, scan);
	return g_string_free(page.out, FALSE);
}
