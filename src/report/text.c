#include "report/text.h"

#include <string.h>

static const gchar *const escapes[] = {
	[STYLE_PLAIN] = "",        [STYLE_BOLD] = "\033[1m", [STYLE_DIM] = "\033[2m",
	[STYLE_GOOD] = "\033[32m", [STYLE_BAD] = "\033[31m", [STYLE_ODD] = "\033[33m",
};

gchar *text_clean(const gchar *text)
{
	g_autofree gchar *valid = text ? g_utf8_make_valid(text, -1) : g_strdup("?");
	GString *clean = g_string_new(NULL);

	for (const gchar *at = valid; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		g_string_append_unichar(clean, g_unichar_isprint(c) ? c : ' ');
	}
	return g_string_free(clean, FALSE);
}

gchar *text_clean_lines(const gchar *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (gchar **line = lines; *line; line++) {
		gchar *clean = text_clean(*line);

		g_free(*line);
		*line = clean;
	}
	return g_strjoinv("\n", lines);
}

gchar *text_fit(const gchar *text, guint width)
{
	glong length = g_utf8_strlen(text, -1);
	glong head = width / 2;
	glong tail = (glong)width - head - 1;
	g_autofree gchar *first = NULL, *last = NULL;

	if (width == 0 || length <= (glong)width)
		return g_strdup(text);
	first = g_utf8_substring(text, 0, head);
	last = g_utf8_substring(text, length - tail, length);
	return g_strconcat(first, "…", last, NULL);
}

/* Node.js ends what it says of an error with its own version. */
static gboolean says_nothing(const gchar *line)
{
	return !*line || g_str_has_prefix(line, "Node.js v");
}

gchar *text_last_line(const gchar *text)
{
	g_auto(GStrv) lines = text ? g_strsplit(text, "\n", -1) : NULL;

	for (guint i = lines ? g_strv_length(lines) : 0; i-- > 0;) {
		g_autofree gchar *clean = text_clean(lines[i]);

		if (!says_nothing(g_strstrip(clean)))
			return g_steal_pointer(&clean);
	}
	return NULL;
}

gchar *text_count(guint count, const gchar *noun)
{
	return g_strdup_printf("%u %s%s", count, noun, count == 1 ? "" : "s");
}

guint text_lines(const gchar *text)
{
	guint lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

const gchar *text_base(const gchar *path)
{
	const gchar *slash = path ? strrchr(path, '/') : NULL;

	return slash && slash[1] ? slash + 1 : path;
}

void page_add(Page *page, Style style, const gchar *text)
{
	gboolean paint = page->colour && style != STYLE_PLAIN && *text;

	g_string_append(page->out, paint ? escapes[style] : "");
	g_string_append(page->out, text);
	g_string_append(page->out, paint ? "\033[0m" : "");
}

static void page_blanks(Page *page, glong count)
{
	if (count > 0)
		g_string_append_printf(page->out, "%*s", (int)count, "");
}

void page_cell(Page *page, Style style, const gchar *text, guint width, gboolean right)
{
	g_autofree gchar *clean = text_clean(text);
	g_autofree gchar *fitted = text_fit(clean, width);
	glong fill = (glong)width - g_utf8_strlen(fitted, -1);

	page_blanks(page, right ? fill : 0);
	page_add(page, style, fitted);
	page_blanks(page, right ? 0 : fill);
}

/* Bytes of text to put on a line of room columns: up to the last blank that fits; a word that is
 * longer than a line is not cut, so that it can be copied. */
static gsize line_length(const gchar *text, glong room)
{
	const gchar *blank = NULL;
	glong column = 0;

	for (const gchar *at = text; *at; at = g_utf8_next_char(at), column++) {
		if (column > room && blank)
			return (gsize)(blank - text);
		if (*at == ' ' && column > 0)
			blank = at;
	}
	return column > room && blank ? (gsize)(blank - text) : strlen(text);
}

static void page_wrap_line(Page *page, Style style, const gchar *text, guint indent)
{
	guint own = (guint)strspn(text, " ");
	guint hang = own + 2;

	for (;;) {
		glong room = page->width ? (glong)page->width - indent - own : G_MAXLONG;
		gsize length;
		g_autofree gchar *line = NULL;

		text += strspn(text, " ");
		length = line_length(text, room);
		line = g_strndup(text, length);
		page_blanks(page, own);
		page_add(page, style, line);
		g_string_append_c(page->out, '\n');
		text += length;
		if (!*text)
			return;
		page_blanks(page, indent);
		own = hang;
	}
}

void page_wrap(Page *page, Style style, const gchar *text, guint indent)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (guint i = 0; lines[i]; i++) {
		g_autofree gchar *clean = text_clean(lines[i]);

		page_blanks(page, i ? indent : 0);
		page_wrap_line(page, style, clean, indent);
	}
}

void page_row(Page *page, const gchar *label, const gchar *text)
{
	if (!text)
		return;
	page_add(page, STYLE_PLAIN, "  ");
	page_cell(page, STYLE_DIM, label, PAGE_LABEL - 2, FALSE);
	page_wrap(page, STYLE_PLAIN, text, PAGE_LABEL);
}
