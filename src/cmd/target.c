#include "cmd/target.h"

#include <string.h>

#include "base/error.h"
#include "model/finding.h"
#include "report/documents.h"
#include "run/plan.h"

static gboolean fail(GError **error, const gchar *format, ...) G_GNUC_PRINTF(2, 3);
static gboolean fail(GError **error, const gchar *format, ...)
{
	va_list values;

	va_start(values, format);
	g_propagate_error(error,
			  g_error_new_valist(A64RIG_ERROR, A64RIG_ERROR_USAGE, format, values));
	va_end(values);
	return FALSE;
}

/* "FILE:3" names the third finding; a file may have such a name itself. NULL where there is no such
 * file. */
static gchar *results_file(const gchar *word, guint *number)
{
	const gchar *colon = strrchr(word, ':');
	g_autofree gchar *path = g_strndup(word, colon ? (gsize)(colon - word) : 0);
	guint64 value;

	*number = 0;
	if (g_file_test(word, G_FILE_TEST_IS_REGULAR))
		return g_strdup(word);
	if (!colon || !g_file_test(path, G_FILE_TEST_IS_REGULAR) ||
	    !g_ascii_string_to_unsigned(colon + 1, 10, 1, G_MAXINT, &value, NULL))
		return NULL;
	*number = (guint)value;
	return g_steal_pointer(&path);
}

/* A finding, and where it stands. */
typedef struct {
	const Results *results;
	const Finding *finding;
	guint count; /* of those that were looked at */
} Place;

/* The one of that number, or the first that is flagged. */
static Place pick(const GPtrArray *documents, guint number)
{
	Place place = {0};

	for (guint d = 0; d < documents->len; d++) {
		place.results = g_ptr_array_index(documents, d);
		for (guint i = 0; i < place.results->findings->len; i++) {
			place.finding = g_ptr_array_index(place.results->findings, i);
			place.count++;
			if (number ? place.count == number
				   : place.finding->verdict == VERDICT_FLAGGED)
				return place;
		}
	}
	place.finding = NULL;
	return place;
}

/* What the command that repeats the finding says beside what the finding does. A program stands
 * after "--": the finding is then of 'a64rig exec'. */
static void take_replay(Target *target, const Finding *finding)
{
	gchar **word;

	if (!finding->replay || !g_shell_parse_argv(finding->replay, NULL, &target->replay, NULL))
		return;
	for (word = target->replay; word[0] && strcmp(word[0], "--") != 0; word++) {
		if (!strcmp(word[0], "--sysroot"))
			target->sysroot = word[1];
		if (!strcmp(word[0], "--image"))
			target->image = word[1];
	}
	if (!word[0] || !word[1])
		return;
	target->program = word[1];
	target->args = word + 2;
}

static gboolean was_run(const Finding *finding, const gchar *file, GError **error)
{
	return finding->baseline ||
	       fail(error, "%s: '%s' with '%s' was not run: %s", file, finding->case_name,
		    finding->subject, finding->reason ? finding->reason : "no reason given");
}

static void take_finding(Target *target, const Results *results, const Finding *finding)
{
	const Outcome *died =
		finding->baseline->fault || !finding->reference || !finding->reference->fault
			? finding->baseline
			: finding->reference;

	take_replay(target, finding);
	if (!target->program) {
		target->cases[0] = g_strdup(finding->case_name);
		target->subjects[0] = g_strdup(finding->subject);
	}
	target->engine = g_strdup(finding->engine);
	target->profile = g_strdup(died->profile);
	target->baseline = g_strdup(results->baseline);
	target->reference = g_strdup(results->reference);
}

/* What can be read of it; what cannot is told. */
static GPtrArray *read_file(const gchar *file, GError **error)
{
	g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
	g_autofree gchar *text = NULL;
	gsize length;
	GPtrArray *documents;

	if (!g_file_get_contents(file, &text, &length, error))
		return NULL;
	documents = documents_read(text, length, notes, error);
	if (!documents)
		g_prefix_error(error, "%s: ", file);
	for (guint i = 0; i < notes->len; i++)
		g_printerr("a64rig: %s: %s\n", file, (gchar *)g_ptr_array_index(notes, i));
	return documents;
}

static gboolean read_finding(Target *target, const gchar *file, guint number, GError **error)
{
	g_autoptr(GPtrArray) documents = read_file(file, error);
	Place place;

	if (!documents)
		return FALSE;
	place = pick(documents, number);
	if (!place.finding && number)
		return fail(error, "%s has no finding %u, but %u in all", file, number,
			    place.count);
	if (!place.finding)
		return fail(error, "%s has no finding that is flagged; name another as '%s:N'",
			    file, file);
	if (!was_run(place.finding, file, error))
		return FALSE;
	take_finding(target, place.results, place.finding);
	return TRUE;
}

static gboolean is_case(const gchar *word, const GPtrArray *suites)
{
	for (guint i = 0; i < suites->len; i++) {
		const Suite *suite = g_ptr_array_index(suites, i);

		for (guint c = 0; c < suite->cases_count; c++) {
			const gchar *name = suite->cases[c].name;
			g_autofree gchar *full = g_strdup_printf("%s/%s", suite->name, name);

			if (g_str_equal(word, name) || g_str_equal(word, full))
				return TRUE;
		}
	}
	return FALSE;
}

gboolean target_read(Target *target, const gchar *word, const gchar *subject, const Paths *paths,
		     GError **error)
{
	g_autoptr(Plan) plan = plan_load(paths, error);
	guint number;
	g_autofree gchar *file = NULL;

	if (!plan)
		return FALSE;
	file = is_case(word, plan->suites) ? NULL : results_file(word, &number);
	if (file && subject)
		return fail(error, "--subject needs a case: the finding in %s has its own", file);
	if (file)
		return read_finding(target, file, number, error);
	if (g_str_has_suffix(word, ".json"))
		return fail(error, "there is no file '%s'", word);
	target->cases[0] = g_strdup(word);
	target->subjects[0] = g_strdup(subject);
	return TRUE;
}

void target_clear(Target *target)
{
	g_free(target->cases[0]);
	g_free(target->subjects[0]);
	g_strfreev(target->replay);
	g_free(target->engine);
	g_free(target->profile);
	g_free(target->baseline);
	g_free(target->reference);
}
