#include <stdlib.h>
#include <string.h>

#include "inspect/symbol.h"

/* The C++ ABI's, from libstdc++; it has no C header. */
char *__cxa_demangle(const char *name, char *buffer, size_t *length, int *status);

/* Characters that Rust's older scheme spells out. */
static const struct {
	const gchar *code;
	const gchar *text;
} rust_codes[] = {
	{"$SP$", "@"},  {"$BP$", "*"},  {"$RF$", "&"},  {"$LT$", "<"},
	{"$GT$", ">"},  {"$LP$", "("},  {"$RP$", ")"},  {"$C$", ","},
	{"$u20$", " "}, {"$u27$", "'"}, {"$u5b$", "["}, {"$u5d$", "]"},
	{"$u7b$", "{"}, {"$u7d$", "}"}, {"$u7e$", "~"}, {"..", "::"},
};

#define RUST_HASH 19 /* "::h" and 16 hexadecimal digits */

static gboolean is_rust(const gchar *name)
{
	gsize length = strlen(name);

	if (length < RUST_HASH || strncmp(name + length - RUST_HASH, "::h", 3) != 0)
		return FALSE;
	return strspn(name + length - 16, "0123456789abcdef") == 16;
}

static gchar *tidy_rust(const gchar *name)
{
	GString *s = g_string_new_len(name, strlen(name) - RUST_HASH);

	for (gsize i = 0; i < G_N_ELEMENTS(rust_codes); i++)
		g_string_replace(s, rust_codes[i].code, rust_codes[i].text, 0);
	/* An underscore keeps a path part from beginning with one of these. */
	g_string_replace(s, "::_<", "::<", 0);
	if (g_str_has_prefix(s->str, "_<"))
		g_string_erase(s, 0, 1);
	return g_string_free(s, FALSE);
}

gchar *symbol_demangle(const gchar *name)
{
	int status;
	char *text =
		g_str_has_prefix(name, "_Z") ? __cxa_demangle(name, NULL, NULL, &status) : NULL;
	gchar *result;

	if (!text)
		return g_strdup(name);
	result = is_rust(text) ? tidy_rust(text) : g_strdup(text);
	free(text);
	return result;
}
