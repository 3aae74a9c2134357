#include "sys/console.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/tail.h"

enum { LINES = 4 };

/* What a terminal would not show, and the kernel's times: "[    1.234567] text" to "text". */
static gchar *clean(const gchar *text)
{
	g_autoptr(GRegex) noise = g_regex_new("\\e\\[[0-?]*[ -/]*[@-~]|[^\\P{Cc}\\n]|"
					      "^\\[ *\\d+\\.\\d+\\]",
					      G_REGEX_MULTILINE, 0, NULL);

	return g_regex_replace_literal(noise, text, -1, 0, "", 0, NULL);
}

static gchar *join(const gchar *text)
{
	g_autofree gchar *shown = clean(text);
	g_auto(GStrv) lines = g_strsplit(shown, "\n", -1);
	g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);
	gboolean panic = FALSE;

	for (gchar **line = lines; *line; line++) {
		g_autofree gchar *words = g_strstrip(g_strdup(*line));

		if (strstr(words, "Kernel panic") && !panic) {
			g_ptr_array_set_size(kept, 0);
			panic = TRUE;
		}
		if (*words && !(panic && kept->len == LINES))
			g_ptr_array_add(kept, g_steal_pointer(&words));
		if (kept->len > LINES)
			g_ptr_array_remove_index(kept, 0);
	}
	if (!kept->len)
		return NULL;
	g_ptr_array_add(kept, NULL);
	return g_strjoinv(" | ", (gchar **)kept->pdata);
}

gchar *console_last_words(const gchar *path)
{
	int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	g_autofree gchar *text = NULL;

	if (file < 0)
		return NULL;
	text = tail_text(file);
	close(file);
	return join(text);
}
