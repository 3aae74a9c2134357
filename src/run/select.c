#include "run/select.h"

#include <string.h>

#include "base/error.h"
#include "base/nearest.h"

static gboolean is_path(const gchar *word)
{
	return strchr(word, '/') && !subject_is_package(word);
}

static gboolean fits_case(const gchar *glob, const Suite *suite, const Case *self)
{
	g_autofree gchar *full = g_strdup_printf("%s/%s", suite->name, self->name);

	return g_pattern_match_simple(glob, is_path(glob) ? full : self->name);
}

static gboolean fits_subject(const gchar *word, const Subject *subject)
{
	if (!is_path(word))
		return !subject->path && g_pattern_match_simple(word, subject->name);
	if (!subject->path)
		return FALSE;
	g_autofree gchar *path = g_canonicalize_filename(word, NULL);

	return g_str_equal(path, subject->path);
}

static gboolean subject_has_tag(const Subject *subject, const gchar *tag)
{
	for (guint i = 0; i < subject->tags_count; i++)
		if (g_str_equal(subject->tags[i], tag))
			return TRUE;
	return FALSE;
}

static gboolean any_case(gchar **globs, const Suite *suite, const Case *self)
{
	for (; *globs; globs++)
		if (fits_case(*globs, suite, self))
			return TRUE;
	return FALSE;
}

static gboolean any_subject(gchar **words, const Subject *subject)
{
	for (; *words; words++)
		if (fits_subject(*words, subject))
			return TRUE;
	return FALSE;
}

static gboolean any_tag(gchar **tags, const Case *self, const Subject *subject)
{
	for (; *tags; tags++)
		if (case_has_tag(self, *tags) || subject_has_tag(subject, *tags))
			return TRUE;
	return FALSE;
}

/* A suite's own subjects, and what is asked for by a tag of its own. */
static gboolean is_of_suite(const Request *request, const Suite *suite, const Subject *subject)
{
	for (gchar **tag = request->tags; tag && *tag; tag++)
		if (subject_has_tag(subject, *tag))
			return TRUE;
	for (guint i = 0; i < suite->subjects_count; i++)
		if (g_str_equal(suite->subjects[i], subject->name))
			return TRUE;
	return suite->subjects_count == 0;
}

/* An optional suite must be asked for by case or by a tag of its cases; a tag of a subject, say
 * "mimalloc", does not mean it. */
static gboolean suite_wanted(const Request *request, const Suite *suite, const Case *self)
{
	if (!suite->optional || request->cases)
		return TRUE;
	for (gchar **tag = request->tags; tag && *tag; tag++)
		if (case_has_tag(self, *tag))
			return TRUE;
	return FALSE;
}

gboolean selects(const Request *request, const Suite *suite, const Case *self,
		 const Subject *subject)
{
	if (!suite_wanted(request, suite, self) || !case_takes(suite, self, subject))
		return FALSE;
	if (request->cases && !any_case(request->cases, suite, self))
		return FALSE;
	if (request->tags && !any_tag(request->tags, self, subject))
		return FALSE;
	return request->subjects ? any_subject(request->subjects, subject)
				 : is_of_suite(request, suite, subject);
}

static gboolean unknown(const gchar *kind, const gchar *word, GPtrArray *names, GError **error)
{
	g_autofree gchar *message = nearest_message(kind, word, names);

	g_set_error_literal(error, A64RIG_ERROR, A64RIG_ERROR_USAGE, message);
	return FALSE;
}

static gboolean check_case(const gchar *glob, const GPtrArray *suites, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < suites->len; i++) {
		const Suite *suite = g_ptr_array_index(suites, i);

		for (guint c = 0; c < suite->cases_count; c++) {
			const Case *self = &suite->cases[c];

			if (fits_case(glob, suite, self))
				return TRUE;
			g_ptr_array_add(names, is_path(glob) ? g_strdup_printf("%s/%s", suite->name,
									       self->name)
							     : g_strdup(self->name));
		}
	}
	return unknown("case", glob, names, error);
}

static gboolean check_subject(const gchar *word, const GPtrArray *subjects, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();

	for (guint i = 0; i < subjects->len; i++) {
		const Subject *subject = g_ptr_array_index(subjects, i);

		if (fits_subject(word, subject))
			return TRUE;
		g_ptr_array_add(names, subject->name);
	}
	return unknown("subject", word, names, error);
}

static gboolean check_tag(const gchar *tag, const GPtrArray *suites, const GPtrArray *subjects,
			  GError **error)
{
	g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	GHashTableIter iterator;
	gpointer name;

	for (guint i = 0; i < subjects->len; i++) {
		const Subject *subject = g_ptr_array_index(subjects, i);

		for (guint t = 0; t < subject->tags_count; t++)
			g_hash_table_add(known, subject->tags[t]);
	}
	for (guint i = 0; i < suites->len; i++) {
		const Suite *suite = g_ptr_array_index(suites, i);

		for (guint c = 0; c < suite->cases_count; c++)
			for (guint t = 0; t < suite->cases[c].tags_count; t++)
				g_hash_table_add(known, suite->cases[c].tags[t]);
	}
	if (g_hash_table_contains(known, tag))
		return TRUE;
	g_hash_table_iter_init(&iterator, known);
	while (g_hash_table_iter_next(&iterator, &name, NULL))
		g_ptr_array_add(names, name);
	return unknown("tag", tag, names, error);
}

gboolean select_check(const Request *request, const GPtrArray *suites, const GPtrArray *subjects,
		      GError **error)
{
	for (gchar **word = request->cases; word && *word; word++)
		if (!check_case(*word, suites, error))
			return FALSE;
	for (gchar **word = request->subjects; word && *word; word++)
		if (!check_subject(*word, subjects, error))
			return FALSE;
	for (gchar **word = request->tags; word && *word; word++)
		if (!check_tag(*word, suites, subjects, error))
			return FALSE;
	return TRUE;
}

/* A file named twice is one subject; of two files with one name the second goes by its path. */
static void add_file(GPtrArray *subjects, const gchar *path)
{
	g_autoptr(Subject) file = subject_for_file(path);

	for (guint i = 0; i < subjects->len; i++) {
		const Subject *other = g_ptr_array_index(subjects, i);

		if (!g_strcmp0(other->path, file->path))
			return;
		if (g_str_equal(other->name, file->name)) {
			g_free(file->name);
			file->name = g_strdup(file->path);
		}
	}
	g_ptr_array_add(subjects, g_steal_pointer(&file));
}

static void add_package(GPtrArray *subjects, const gchar *word)
{
	for (guint i = 0; i < subjects->len; i++)
		if (fits_subject(word, g_ptr_array_index(subjects, i)))
			return;
	g_ptr_array_add(subjects, subject_for_package(word));
}

gboolean select_add_named(const Request *request, GPtrArray *subjects, GError **error)
{
	for (gchar **word = request->subjects; word && *word; word++) {
		if (subject_is_package(*word)) {
			add_package(subjects, *word);
		} else if (is_path(*word)) {
			if (!g_file_test(*word, G_FILE_TEST_EXISTS)) {
				g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
					    "subject '%s': no such file", *word);
				return FALSE;
			}
			add_file(subjects, *word);
		}
	}
	return TRUE;
}
