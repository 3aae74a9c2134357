#include "search/git.h"

#include <string.h>

#include "base/child.h"
#include "base/error.h"
#include "search/source.h"

enum { DEADLINE = 600 };

/* What separates the fields of a commit, and what ends it: neither is in any of them. */
#define FIELD "%x1f"

static gboolean take_commit(Source *source, GHashTable *numbers, GArray *links, const gchar *line)
{
	g_auto(GStrv) fields = g_strsplit(line, "\x1f", 5);
	g_auto(GStrv) parents = NULL;
	guint number = source->versions->len;
	Version *version;

	if (g_strv_length(fields) != 5)
		return FALSE;
	version = source_add(source, g_strdup(fields[0]), NULL);
	version->date = g_strdup(fields[2]);
	version->author = g_strdup(fields[3]);
	version->subject = g_strdup(fields[4]);
	g_hash_table_insert(numbers, version->id, GUINT_TO_POINTER(number));
	parents = g_strsplit(fields[1], " ", -1);
	for (guint i = 0; parents[i]; i++) {
		guint link[2] = {number, 0};
		gpointer parent;

		/* A shallow clone ends somewhere. */
		if (!g_hash_table_lookup_extended(numbers, parents[i], NULL, &parent))
			continue;
		link[1] = GPOINTER_TO_UINT(parent);
		g_array_append_vals(links, link, 1);
	}
	return TRUE;
}

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

/* Of what the user has named: that git does not know it is no fault of the rig. */
static gchar *ask(const gchar *folder, const gchar *const *words, GError **error)
{
	gchar *said = git_ask(folder, words, error);

	if (!said && error && *error)
		(*error)->code = A64RIG_ERROR_USAGE;
	return said;
}

static gchar *log_of(const gchar *folder, const gchar *const *revisions, GError **error)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new();

	g_ptr_array_add(words, (gpointer) "log");
	g_ptr_array_add(words, (gpointer) "--topo-order");
	g_ptr_array_add(words, (gpointer) "--reverse");
	g_ptr_array_add(words, (gpointer) "--date=short");
	g_ptr_array_add(words, (gpointer) "--format=%H" FIELD "%P" FIELD "%ad" FIELD
					  "%an <%ae>" FIELD "%s");
	for (; *revisions; revisions++)
		g_ptr_array_add(words, (gpointer)*revisions);
	g_ptr_array_add(words, (gpointer) "--");
	g_ptr_array_add(words, NULL);
	return ask(folder, (const gchar *const *)words->pdata, error);
}

Source *source_git(const gchar *folder, const gchar *const *revisions, GError **error)
{
	static const gchar *const head_words[] = {"rev-parse", "HEAD", NULL};
	g_autofree gchar *absolute = path_absolute(folder);
	g_autoptr(Source) source = source_new(g_strconcat("git ", absolute, NULL));
	g_autoptr(GHashTable) numbers = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GArray) links = g_array_new(FALSE, FALSE, 2 * sizeof(guint));
	g_autofree gchar *text = NULL;
	g_auto(GStrv) lines = NULL;

	for (guint i = 0; revisions[i]; i++)
		if (*revisions[i] == '-') {
			g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE, "'%s' is no revision",
				    revisions[i]);
			return NULL;
		}
	source->head = ask(absolute, head_words, error);
	text = source->head ? log_of(absolute, revisions, error) : NULL;
	if (!text)
		return NULL;
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i]; i++)
		take_commit(source, numbers, links, lines[i]);
	source->history = history_new(source->versions->len);
	for (guint i = 0; i < links->len; i++) {
		const guint *link = (const guint *)(gpointer)links->data + (gsize)2 * i;

		history_add_parent(source->history, link[0], link[1]);
	}
	return g_steal_pointer(&source);
}
