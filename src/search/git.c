#include "search/git.h"

#include "base/child.h"
#include "base/error.h"

enum { DEADLINE = 600 };

gchar *git_ask(const gchar *folder, const gchar *const *words, GError **error)
{
	const gchar *const program[] = {"git", "-C", folder, NULL};
	int status;
	g_autofree gchar *said = child_ask(program, words, DEADLINE, &status, error);

	if (!said || !status)
		return g_steal_pointer(&said);
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "git: %s", said);
	return NULL;
}
