#include "artefact/word.h"

#include <string.h>

#include "base/error.h"

/* So that it can be a file's name, with what goes before and behind. */
enum { LONGEST = 230 };

#define PART    "[A-Za-z0-9][A-Za-z0-9._~-]*"
#define NUMBERS "(?:0|[1-9][0-9]*)(?:\\.(?:0|[1-9][0-9]*)){2}"
#define LABELS  "[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*"
#define PATTERN                                                                                    \
	"\\Anpm:(((?:@" PART "/)?" PART ")@(" NUMBERS "(?:-" LABELS ")?(?:\\+" LABELS ")?))\\z"

Word *word_new(const gchar *text, GError **error)
{
	g_autoptr(GRegex) regex = g_regex_new(PATTERN, G_REGEX_RAW, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	Word *word;

	if (strlen(text) > LONGEST || !g_regex_match(regex, text, 0, &match)) {
		g_autofree gchar *start = g_strndup(text, LONGEST);
		g_autofree gchar *shown = g_utf8_make_valid(start, -1);

		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "'%s' names no package; write npm:NAME@VERSION with an exact "
			    "version, as in npm:@node-rs/crc32-linux-arm64-gnu@1.10.8",
			    shown);
		return NULL;
	}
	word = g_new0(Word, 1);
	word->text = g_strdup(text);
	word->spec = g_match_info_fetch(match, 1);
	word->name = g_match_info_fetch(match, 2);
	word->version = g_match_info_fetch(match, 3);
	return word;
}

void word_free(Word *word)
{
	if (!word)
		return;
	g_free(word->text);
	g_free(word->name);
	g_free(word->version);
	g_free(word->spec);
	g_free(word);
}

gchar *word_to_file_name(const Word *word)
{
	return g_uri_escape_string(word->text, "@:+", FALSE);
}

gchar *word_from_file_name(const gchar *name)
{
	return g_uri_unescape_string(name, NULL);
}
