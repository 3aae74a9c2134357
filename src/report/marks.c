#include "report/marks.h"

#include <string.h>

#include "report/text.h"

static gchar *plain(const gchar *text)
{
	g_autofree gchar *clean = text_clean(text);
	GString *out = g_string_new(NULL);

	for (const gchar *at = clean; *at; at++) {
		if (*at == '<')
			g_string_append(out, "&lt;");
		else if (*at == '>')
			g_string_append(out, "&gt;");
		else if (*at == '&')
			g_string_append(out, "&amp;");
		else if (*at == '@')
			g_string_append(out, "&#64;"); /* calls nobody */
		else if (strchr("\\`*_{}[]()#!|~$", *at))
			g_string_append_printf(out, "\\%c", *at);
		else
			g_string_append_c(out, *at);
	}
	return g_string_free(out, FALSE);
}

void marks_add(GString *out, const gchar *text)
{
	g_autofree gchar *escaped = plain(text);

	g_string_append(out, escaped);
}

void marks_add_block(GString *out, const gchar *text)
{
	g_autoptr(GString) fence = g_string_new("```");
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	while (strstr(text, fence->str))
		g_string_append_c(fence, '`');
	g_string_append_printf(out, "%s\n", fence->str);
	for (guint i = 0; lines[i]; i++) {
		g_autofree gchar *clean = text_clean(lines[i]);

		if (*clean || lines[i + 1])
			g_string_append_printf(out, "%s\n", clean);
	}
	g_string_append_printf(out, "%s\n", fence->str);
}
