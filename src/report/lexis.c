#include "report/lexis.h"

#include <string.h>

#include "base/error.h"

#define DIGITS "0123456789"

/* What fits into 63 bits, whatever the digits are. */
#define DIGITS_MOST 18

/* Value of the four digits of \uXXXX at that backslash; -1 where it is none. */
static gint32 code_unit(const gchar *at)
{
	gint32 value = 0;

	if (at[0] != '\\' || at[1] != 'u')
		return -1;
	for (guint i = 2; i < 6; i++) {
		if (!g_ascii_isxdigit(at[i]))
			return -1;
		value = value * 16 + g_ascii_xdigit_value(at[i]);
	}
	return value;
}

/* Each of these gives the first byte after what is at a place, and NULL with the reason where that
 * is not as it should be. */
static const gchar *pass_escape(const gchar *at, const gchar **reason)
{
	gint32 unit = code_unit(at);

	if (at[1] && strchr("\"\\/bfnrt", at[1]))
		return at + 2;
	*reason = unit < 0 ? "an escape that JSON does not have" : "an escape of no character";
	if (unit <= 0 || (unit >= 0xdc00 && unit <= 0xdfff))
		return NULL;
	if (unit < 0xd800 || unit > 0xdbff)
		return at + 6;
	unit = code_unit(at + 6);
	return unit >= 0xdc00 && unit <= 0xdfff ? at + 12 : NULL;
}

static const gchar *pass_string(const gchar *at, const gchar **reason)
{
	for (at++; at && *at != '"';) {
		if (*at == '\\') {
			at = pass_escape(at, reason);
		} else if ((guchar)*at >= ' ') {
			at++;
		} else {
			*reason = *at ? "a control character in a string" : LEXIS_UNFINISHED;
			return NULL;
		}
	}
	return at ? at + 1 : NULL;
}

static const gchar *pass_number(const gchar *at, const gchar **reason)
{
	gsize digits = strspn(at, DIGITS);

	*reason = "a number of too many digits";
	return digits <= DIGITS_MOST ? at + digits : NULL;
}

static const gchar *pass_word(const gchar *at, const gchar **reason)
{
	static const gchar *const words[] = {"true", "false", "null"};

	for (guint i = 0; i < G_N_ELEMENTS(words); i++)
		if (g_str_has_prefix(at, words[i]))
			return at + strlen(words[i]);
	*reason = "no JSON";
	return strchr(" \t\r\n,:.+-eE", *at) ? at + 1 : NULL;
}

static const gchar *pass_bracket(const gchar *at, guint *depth, const gchar **reason)
{
	gboolean opens = *at == '[' || *at == '{';

	*reason = opens ? "lists or objects nested too deeply" : "a bracket that closes nothing";
	if (*depth == (opens ? LEXIS_DEPTH : 0))
		return NULL;
	*depth += opens ? 1 : -1;
	return at + 1;
}

static const gchar *pass(const gchar *at, guint *depth, const gchar **reason)
{
	if (*at == '"')
		return pass_string(at, reason);
	if (strchr("[]{}", *at))
		return pass_bracket(at, depth, reason);
	return strchr(DIGITS, *at) ? pass_number(at, reason) : pass_word(at, reason);
}

guint lexis_lines(const gchar *text, const gchar *end)
{
	guint lines = 0;

	for (; text < end; text++)
		lines += *text == '\n';
	return lines;
}

const gchar *lexis_end(const gchar *text)
{
	const gchar *at = text, *reason;
	guint depth = 0;

	do
		at = pass(at, &depth, &reason);
	while (at && *at && depth);
	return depth ? NULL : at;
}

gboolean lexis_check(const gchar *text, guint line, GError **error)
{
	const gchar *at = text, *next, *reason = "no UTF-8";
	guint depth = 0;

	if (g_utf8_validate(text, -1, &at))
		for (at = text; *at; at = next) {
			next = pass(at, &depth, &reason);
			if (!next)
				break;
		}
	if (!*at)
		return TRUE;
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE, "line %u: %s",
		    line + lexis_lines(text, at), reason);
	return FALSE;
}
