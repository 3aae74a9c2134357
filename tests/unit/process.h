/*
 * process - has a process ended that is not a child of the test?
 */
#ifndef UNIT_PROCESS_H
#define UNIT_PROCESS_H

#include <glib.h>
#include <string.h>

/* TRUE where it is gone, or dead and not yet reaped by the one that inherited it, which may take a
 * moment. */
static inline gboolean process_is_gone(int pid)
{
	for (int i = 0; i < 1000; i++) {
		g_autofree gchar *path = g_strdup_printf("/proc/%d/stat", pid);
		g_autofree gchar *stat = NULL;

		if (!g_file_get_contents(path, &stat, NULL, NULL) || strstr(stat, ") Z "))
			return TRUE;
		g_usleep(10000);
	}
	return FALSE;
}

#endif
