#include "search/source.h"

#include "base/error.h"
#include "search/git.h"

/* What separates the fields of a commit, and what ends it: neither is in any of them. */
#define FIELD "%x1f"

static void take_commit(Source *source, GHashTable *numbers, GArray *links, gboolean ranged,
			const gchar *line)
{
	g_auto(GStrv) fields = g_strsplit(line, "\x1f", 5);
	g_auto(GStrv) parents = NULL;
	guint number = source->versions->len;
	Version *version;

	if (g_strv_length(fields) != 5)
		return;
	version = source_add(source, g_strdup(fields[0]), NULL);
	version->date = g_strdup(fields[2]);
	version->author = g_strdup(fields[3]);
	version->subject = g_strdup(fields[4]);
	g_hash_table_insert(numbers, version->id, GUINT_TO_POINTER(number));
	parents = g_strsplit(fields[1], " ", -1);
	for (guint i = 0; parents[i]; i++) {
		guint link[2] = {number, 0};
		gpointer parent;

		/* What lies before the range goes by its first commit; and a shallow clone ends
		 * somewhere. */
		if (g_hash_table_lookup_extended(numbers, parents[i], NULL, &parent))
			link[1] = GPOINTER_TO_UINT(parent);
		else if (!ranged || !number)
			continue;
		g_array_append_vals(links, link, 1);
	}
}

/* Of what the user has named: that git does not know it is no fault of the rig. */
static gchar *ask(const gchar *folder, const gchar *const *words, GError **error)
{
	gchar *said = git_ask(folder, words, error);

	if (!said && error && *error)
		(*error)->code = A64RIG_ERROR_USAGE;
	return said;
}

/* A line for each commit, the oldest first. */
static gchar *log_of(const gchar *folder, const gchar *const *what, GError **error)
{
	static const gchar *const fixed[] = {"log", "--topo-order", "--reverse", "--date=short",
					     "--format=%H" FIELD "%P" FIELD "%ad" FIELD
					     "%an <%ae>" FIELD "%s"};
	g_autoptr(GPtrArray) words = g_ptr_array_new();

	for (guint i = 0; i < G_N_ELEMENTS(fixed); i++)
		g_ptr_array_add(words, (gpointer)fixed[i]);
	for (; *what; what++)
		g_ptr_array_add(words, (gpointer)*what);
	g_ptr_array_add(words, (gpointer) "--");
	g_ptr_array_add(words, NULL);
	return ask(folder, (const gchar *const *)words->pdata, error);
}

/* From the older of the two on, itself with it. */
static gchar *log_between(const gchar *folder, const gchar *a, const gchar *b, GError **error)
{
	const gchar *const is_older[] = {"merge-base", "--is-ancestor", b, a, NULL};
	g_autofree gchar *swapped = git_ask(folder, is_older, NULL);
	const gchar *const first[] = {"-1", swapped ? b : a, NULL};
	const gchar *const rest[] = {swapped ? a : b, "--not", swapped ? b : a, NULL};
	g_autofree gchar *head = log_of(folder, first, error);
	g_autofree gchar *tail = head ? log_of(folder, rest, error) : NULL;

	return tail ? g_strconcat(head, "\n", tail, NULL) : NULL;
}

static gboolean are_names(const gchar *const *revisions, GError **error)
{
	for (; *revisions; revisions++)
		if (**revisions == '-') {
			g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE, "'%s' is no revision",
				    *revisions);
			return FALSE;
		}
	return TRUE;
}

Source *source_git(const gchar *folder, const gchar *const *revisions, GError **error)
{
	static const gchar *const head_words[] = {"rev-parse", "HEAD", NULL};
	g_autofree gchar *absolute = path_absolute(folder);
	g_autoptr(Source) source = source_new(g_strconcat("git ", absolute, NULL));
	g_autoptr(GHashTable) numbers = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GArray) links = g_array_new(FALSE, FALSE, 2 * sizeof(guint));
	gboolean ranged = revisions[1] != NULL;
	g_autofree gchar *text = NULL;
	g_auto(GStrv) lines = NULL;

	source->head = are_names(revisions, error) ? ask(absolute, head_words, error) : NULL;
	if (!source->head)
		return NULL;
	text = ranged ? log_between(absolute, revisions[0], revisions[1], error)
		      : log_of(absolute, revisions, error);
	if (!text)
		return NULL;
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i]; i++)
		take_commit(source, numbers, links, ranged, lines[i]);
	source->history = history_new(source->versions->len);
	for (guint i = 0; i < links->len; i++) {
		const guint *link = (const guint *)(gpointer)links->data + (gsize)2 * i;

		history_add_parent(source->history, link[0], link[1]);
	}
	return g_steal_pointer(&source);
}
