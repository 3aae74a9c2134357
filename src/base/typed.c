#include "base/typed.h"

#include <string.h>

static gboolean is_plain(const gchar *word)
{
	return *word && !word[strcspn(word, " \t\n\"'\\$&;|<>()*?[]#~`!{}")];
}

gchar *as_typed(const gchar *const *words)
{
	GString *line = g_string_new(NULL);

	for (; *words; words++) {
		g_autofree gchar *quoted = g_shell_quote(*words);

		g_string_append_printf(line, "%s%s", line->len ? " " : "",
				       is_plain(*words) ? *words : quoted);
	}
	return g_string_free(line, FALSE);
}
