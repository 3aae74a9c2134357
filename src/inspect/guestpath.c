#include "inspect/guestpath.h"

#include <string.h>

#define LINKS_MAX 40

/* What is left of path below folder: "" for the folder itself, NULL where it is not below it. */
static const gchar *below(const gchar *folder, const gchar *path)
{
	gsize length = strlen(folder);

	while (length && folder[length - 1] == '/')
		length--;
	if (strncmp(path, folder, length) != 0)
		return NULL;
	if (path[length] && path[length] != '/')
		return NULL;
	return path + length;
}

/* The host's name for a guest path without following links. *entry: the map's own entry, whose
 * links are the host's and not the guest's. */
static gchar *host_name(const PathMap *map, const gchar *guest, gboolean *entry)
{
	for (; map->guest; map++) {
		const gchar *rest = below(map->guest, guest);
		g_autofree gchar *host = rest ? g_strconcat(map->host, rest, NULL) : NULL;

		if (!host || !(g_file_test(host, G_FILE_TEST_EXISTS) ||
			       g_file_test(host, G_FILE_TEST_IS_SYMLINK)))
			continue;
		*entry = *rest == '\0';
		return g_steal_pointer(&host);
	}
	return NULL;
}

static void push_path(GQueue *todo, const gchar *path)
{
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);

	for (guint i = g_strv_length(parts); i > 0; i--)
		if (*parts[i - 1] && !g_str_equal(parts[i - 1], "."))
			g_queue_push_head(todo, g_strdup(parts[i - 1]));
}

/* A relative name stays below the "." that it begins with. */
static void go_up(GString *at)
{
	const gchar *slash = strrchr(at->str, '/');

	if (slash)
		g_string_truncate(at, slash - at->str);
}

/* Takes the guest path one name further. FALSE: too many links. */
static gboolean step(const PathMap *map, GString *at, GQueue *todo, guint *links)
{
	g_autofree gchar *name = g_queue_pop_head(todo);
	g_autofree gchar *host = NULL, *target = NULL;
	gboolean entry = FALSE;

	if (g_str_equal(name, "..")) {
		go_up(at);
		return TRUE;
	}
	g_string_append_printf(at, "/%s", name);
	host = host_name(map, at->str, &entry);
	if (!host || entry || !g_file_test(host, G_FILE_TEST_IS_SYMLINK))
		return TRUE;
	target = g_file_read_link(host, NULL);
	if (!target || ++*links > LINKS_MAX)
		return FALSE;
	if (g_path_is_absolute(target))
		g_string_truncate(at, 0);
	else
		go_up(at);
	push_path(todo, target);
	return TRUE;
}

gchar *guestpath_find(const PathMap *map, const gchar *guest)
{
	g_autoptr(GString) at = g_string_new(g_path_is_absolute(guest) ? "" : ".");
	GQueue todo = G_QUEUE_INIT;
	guint links = 0;
	gboolean entry, ok = TRUE;
	g_autofree gchar *host = NULL;

	push_path(&todo, guest);
	while (ok && !g_queue_is_empty(&todo))
		ok = step(map, at, &todo, &links);
	g_queue_clear_full(&todo, g_free);
	host = ok ? host_name(map, at->str, &entry) : NULL;
	if (!host || !g_file_test(host, G_FILE_TEST_IS_REGULAR))
		return NULL;
	return g_steal_pointer(&host);
}
