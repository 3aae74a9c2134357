#include "report/documents.h"

#include <string.h>

#include "base/error.h"
#include "report/lexis.h"
#include "report/read.h"

/* What report_json_line() starts with. */
#define LINE_START "\n{\"schema\""

typedef struct {
	const gchar *at;
	guint line;
	GPtrArray *found, *notes;
} Reader;

static void advance(Reader *reader, const gchar *to)
{
	reader->line += lexis_lines(reader->at, to);
	reader->at = to;
}

static void pass_blanks(Reader *reader)
{
	advance(reader, reader->at + strspn(reader->at, " \t\r\n"));
}

static gboolean take(Reader *reader, const gchar *end, GError **error)
{
	g_autofree gchar *text = g_strndup(reader->at, (gsize)(end - reader->at));
	Results *results = report_read_at(text, reader->line, error);

	if (results)
		g_ptr_array_add(reader->found, results);
	advance(reader, end);
	return results != NULL;
}

/* Where a document that does not end on its own is over: at the next one, or with the text. */
static const gchar *cut_end(const gchar *text)
{
	const gchar *next = strstr(text, LINE_START);

	return next ? next + 1 : text + strlen(text);
}

/* Cut short, rather than wrong: nothing but a bracket, a quote or a part of a word is missing. */
static gboolean is_cut(const gchar *text, const gchar *end)
{
	g_autofree gchar *part = g_strndup(text, (gsize)(end - text));
	g_autoptr(GError) error = NULL;

	g_strchomp(part);
	return *text == '{' && (lexis_check(part, 1, &error) || !g_str_has_suffix(part, "}") ||
				g_str_has_suffix(error->message, LEXIS_UNFINISHED));
}

static gboolean take_next(Reader *reader, GError **error)
{
	const gchar *end = strchr("{[", *reader->at) ? lexis_end(reader->at) : NULL;
	const gchar *rest;

	if (end && !g_strstr_len(reader->at, end - reader->at, LINE_START))
		return take(reader, end, error);
	rest = cut_end(reader->at);
	if (!is_cut(reader->at, rest))
		return take(reader, rest, error);
	g_ptr_array_add(reader->notes,
			g_strdup_printf("line %u: a result that is cut short", reader->line));
	advance(reader, rest);
	return TRUE;
}

static GPtrArray *refuse(const gchar *cause, GError **error)
{
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE, "%s", cause);
	return NULL;
}

GPtrArray *documents_read(const gchar *text, gsize length, GPtrArray *notes, GError **error)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func((GDestroyNotify)results_free);
	Reader reader = {text, 1, found, notes};
	const gchar *wrong;

	if (!g_utf8_validate(text, (gssize)length, &wrong)) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE, "line %u: not UTF-8 text",
			    1 + lexis_lines(text, wrong));
		return NULL;
	}
	for (pass_blanks(&reader); *reader.at; pass_blanks(&reader))
		if (!take_next(&reader, error))
			return NULL;
	if (!found->len)
		return refuse(length ? "no result in it that is complete" : "the file is empty",
			      error);
	return g_steal_pointer(&found);
}
