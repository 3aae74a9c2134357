#include "user/complaint.h"

#include <string.h>

/* GLib's assertions stand below a line of "**"; a program's own "ERROR:" does not. */
static gboolean is_complaint(const gchar *line, const gchar *before)
{
	static const gchar *const starts[] = {
		"qemu-aarch64: ",      "qemu: ",      "Error while loading ",
		"***MEMORY-ERROR***:", "mmap stack:", "GLib (gthread-posix.c): "};
	static const gchar *const programs[] = {"qemu: uncaught target signal",
						"qemu: Unsupported syscall"};

	if (strstr(line, "GLib-ERROR **"))
		return TRUE;
	if (g_str_has_prefix(line, "ERROR:"))
		return g_str_equal(before, "**");
	for (guint i = 0; i < G_N_ELEMENTS(programs); i++)
		if (g_str_has_prefix(line, programs[i]))
			return FALSE;
	for (guint i = 0; i < G_N_ELEMENTS(starts); i++)
		if (g_str_has_prefix(line, starts[i]))
			return TRUE;
	return FALSE;
}

gchar *qemu_complaint(const gchar *err)
{
	g_auto(GStrv) lines = g_strsplit(err, "\n", -1);

	for (gchar **line = lines; *line; line++)
		if (is_complaint(*line, line > lines ? line[-1] : ""))
			return g_strdup(*line);
	return NULL;
}
