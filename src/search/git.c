#include "search/git.h"

#include "base/child.h"
#include "base/error.h"

enum { DEADLINE = 600 };

gchar *git_ask(const gchar *folder, const gchar *const *words, GError **error)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autofree gchar *said = NULL;
	int status;

	g_ptr_array_add(argv, (gpointer) "git");
	g_ptr_array_add(argv, (gpointer) "-C");
	g_ptr_array_add(argv, (gpointer)folder);
	for (; *words; words++)
		g_ptr_array_add(argv, (gpointer)*words);
	g_ptr_array_add(argv, NULL);
	said = child_output((const gchar *const *)argv->pdata, DEADLINE, &status, error);
	if (!said || !status)
		return g_steal_pointer(&said);
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "git: %s", said);
	return NULL;
}
