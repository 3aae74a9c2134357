#include "artefact/debian.h"

#include <string.h>
#include <sys/wait.h>

#include "base/child.h"
#include "base/error.h"

enum { DEADLINE = 1200, NOT_THERE = 2 };

/* The last line says why. */
static void set_failed(const gchar *said, int status, GError **error)
{
	const gchar *last = strrchr(said, '\n');
	gboolean absent = WIFEXITED(status) && WEXITSTATUS(status) == NOT_THERE;

	g_set_error_literal(error, A64RIG_ERROR, absent ? A64RIG_ERROR_USAGE : A64RIG_ERROR_RIG,
			    last ? last + 1 : said);
}

gchar *debian_ask(const Paths *paths, const gchar *const *words, GError **error)
{
	g_autofree gchar *script = g_build_filename(paths->data, "scripts", "debian", NULL);
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autofree gchar *said = NULL;
	int status;

	g_ptr_array_add(argv, script);
	for (; *words; words++)
		g_ptr_array_add(argv, (gpointer)*words);
	g_ptr_array_add(argv, NULL);
	said = child_output((const gchar *const *)argv->pdata, DEADLINE, &status, error);
	if (!said || !status)
		return g_steal_pointer(&said);
	set_failed(said, status, error);
	return NULL;
}
