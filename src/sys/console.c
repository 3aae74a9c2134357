#include "sys/console.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/tail.h"

enum { LINES = 4 };

/* "[    1.234567] text" to "text"; what a terminal would not show is dropped. */
static gchar *clean(const gchar *line)
{
	const gchar *text = *line == '[' && strchr(line, ']') ? strchr(line, ']') + 1 : line;
	g_autoptr(GString) kept = g_string_new(NULL);

	for (; *text; text++)
		if (!g_ascii_iscntrl(*text))
			g_string_append_c(kept, *text);
	return g_strstrip(g_string_free(g_steal_pointer(&kept), FALSE));
}

static gchar *join(const gchar *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);
	gboolean panic = FALSE;

	for (gchar **line = lines; *line; line++) {
		g_autofree gchar *words = clean(*line);

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
