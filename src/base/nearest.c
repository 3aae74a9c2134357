#include "base/nearest.h"

#include <string.h>

/* Levenshtein's distance, one row at a time. */
static guint distance(const gchar *a, const gchar *b)
{
	gsize length = strlen(b);
	g_autofree guint *row = g_new(guint, length + 1);

	for (gsize j = 0; j <= length; j++)
		row[j] = j;
	for (gsize i = 1; a[i - 1]; i++) {
		guint diagonal = row[0];

		row[0] = i;
		for (gsize j = 1; j <= length; j++) {
			guint above = row[j];
			guint change = diagonal + (a[i - 1] != b[j - 1]);

			row[j] = MIN(change, MIN(above, row[j - 1]) + 1);
			diagonal = above;
		}
	}
	return row[length];
}

const gchar *nearest_name(const gchar *word, const GPtrArray *names)
{
	const gchar *best = NULL;
	guint least = MIN(strlen(word), 200) / 2 + 1;

	if (strlen(word) > 200)
		return NULL;
	for (guint i = 0; i < names->len; i++) {
		guint d = distance(word, g_ptr_array_index(names, i));

		if (d < least) {
			least = d;
			best = g_ptr_array_index(names, i);
		}
	}
	return best;
}

gchar *nearest_message(const gchar *kind, const gchar *word, const GPtrArray *names)
{
	const gchar *near = nearest_name(word, names);
	g_autoptr(GString) list = g_string_new(NULL);

	if (near)
		return g_strdup_printf("unknown %s '%s'; did you mean '%s'?", kind, word, near);
	for (guint i = 0; i < names->len; i++)
		g_string_append_printf(list, "%s%s", i ? ", " : "",
				       (const gchar *)g_ptr_array_index(names, i));
	return g_strdup_printf("unknown %s '%s'; known: %s", kind, word, list->str);
}
