#include "model/checked.h"

const gchar *checked_name(CheckedKind kind)
{
	static const gchar *const names[] = {[CHECKED_RUNS] = "runs",
					     [CHECKED_UNCLEAR] = "cannot tell",
					     [CHECKED_DIES] = "will not run"};

	return names[kind];
}

/* The scan of it is its target's. */
static void file_free(gpointer data)
{
	CheckedFile *file = data;

	g_free(file->path);
	g_free(file->at);
	g_free(file->python);
	g_free(file->reason);
	g_free(file->not_started);
	finding_free(file->finding);
	g_free(file);
}

CheckedFile *checked_file_new(const gchar *path, const gchar *kind)
{
	CheckedFile *file = g_new0(CheckedFile, 1);

	file->path = g_strdup(path);
	file->kind = kind;
	return file;
}

Checked *checked_new(const gchar *target, const gchar *baseline)
{
	Checked *checked = g_new0(Checked, 1);

	checked->target = g_strdup(target);
	checked->files = g_ptr_array_new_with_free_func(file_free);
	checked->scan = scan_new(baseline);
	return checked;
}

void checked_free(Checked *checked)
{
	if (!checked)
		return;
	g_free(checked->target);
	g_free(checked->package);
	g_free(checked->reason);
	g_ptr_array_unref(checked->files);
	scan_free(checked->scan);
	g_free(checked);
}

Checks *checks_new(void)
{
	Checks *checks = g_new0(Checks, 1);

	checks->results = results_new();
	checks->targets = g_ptr_array_new_with_free_func((GDestroyNotify)checked_free);
	return checks;
}

void checks_free(Checks *checks)
{
	if (!checks)
		return;
	results_free(checks->results);
	g_ptr_array_unref(checks->targets);
	g_free(checks);
}

CheckedKind checks_verdict(const Checks *checks)
{
	CheckedKind worst = CHECKED_RUNS;

	for (guint i = 0; i < checks->targets->len; i++)
		worst = MAX(worst,
			    ((const Checked *)g_ptr_array_index(checks->targets, i))->verdict);
	return worst;
}
