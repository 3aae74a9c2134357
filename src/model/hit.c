#include "model/hit.h"

const gchar *hit_class_name(HitClass class)
{
	static const gchar *const names[] = {"bare", "unknown", "guarded"};

	return names[class];
}

Hit *hit_new(void)
{
	return g_new0(Hit, 1);
}

void hit_free(Hit *hit)
{
	g_free(hit->section);
	g_free(hit->function);
	g_free(hit->reason);
	g_free(hit);
}

ScanFile *scan_file_new(const gchar *path)
{
	ScanFile *file = g_new0(ScanFile, 1);

	file->path = g_strdup(path);
	file->hits = g_ptr_array_new_with_free_func((GDestroyNotify)hit_free);
	return file;
}

void scan_file_free(ScanFile *file)
{
	if (!file)
		return;
	g_free(file->path);
	g_ptr_array_unref(file->hits);
	g_free(file->culprit);
	g_free(file->culprit_evidence);
	g_free(file);
}

Fate *fate_new(const gchar *profile)
{
	Fate *fate = g_new0(Fate, 1);

	fate->profile = g_strdup(profile);
	fate->features = g_ptr_array_new();
	return fate;
}

static void fate_free(gpointer data)
{
	Fate *fate = data;

	g_free(fate->profile);
	g_ptr_array_unref(fate->features);
	g_free(fate);
}

Scan *scan_new(const gchar *baseline)
{
	Scan *scan = g_new0(Scan, 1);

	scan->baseline = g_strdup(baseline);
	scan->files = g_ptr_array_new_with_free_func((GDestroyNotify)scan_file_free);
	scan->problems = g_ptr_array_new_with_free_func(g_free);
	scan->fates = g_ptr_array_new_with_free_func(fate_free);
	return scan;
}

void scan_free(Scan *scan)
{
	if (!scan)
		return;
	g_free(scan->baseline);
	g_ptr_array_unref(scan->files);
	g_ptr_array_unref(scan->problems);
	g_ptr_array_unref(scan->fates);
	g_free(scan);
}

guint64 scan_count(const Scan *scan, HitClass class)
{
	guint64 count = 0;

	for (guint i = 0; i < scan->files->len; i++)
		count += ((const ScanFile *)g_ptr_array_index(scan->files, i))->counts[class];
	return count;
}
