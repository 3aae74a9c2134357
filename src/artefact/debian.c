#include "artefact/debian.h"

#include <sys/wait.h>

#include "base/child.h"
#include "base/error.h"
#include "base/tail.h"

enum { DEADLINE = 1200, NOT_THERE = 2 };

/* The last line says why. */
static void set_failed(const gchar *said, int status, GError **error)
{
	g_autofree gchar *last = tail_last_line(said);
	gboolean absent = WIFEXITED(status) && WEXITSTATUS(status) == NOT_THERE;

	g_set_error_literal(error, A64RIG_ERROR, absent ? A64RIG_ERROR_USAGE : A64RIG_ERROR_RIG,
			    last);
}

gchar *debian_ask(const Paths *paths, const gchar *const *words, GError **error)
{
	g_autofree gchar *script = g_build_filename(paths->data, "scripts", "debian", NULL);
	const gchar *const program[] = {script, NULL};
	int status;
	g_autofree gchar *said = child_ask(program, words, DEADLINE, &status, error);

	if (!said || !status)
		return g_steal_pointer(&said);
	set_failed(said, status, error);
	return NULL;
}
