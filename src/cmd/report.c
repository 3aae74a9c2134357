#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/results.h"
#include "judge/agree.h"
#include "report/documents.h"
#include "report/merge.h"
#include "report/report.h"

static const gchar summary[] =
	"Puts the results of one or more runs together and shows them.\n"
	"A FILE is what 'a64rig run --format json' wrote, or 'a64rig exec --record' added to;\n"
	"'-' is standard input. A LABEL tells the findings of a file apart from those of others.";

static const gchar description[] =
	"Examples:\n"
	"  a64rig report results.json                        the table again\n"
	"  a64rig report --format html -o report.html shard-1.json shard-2.json\n"
	"  a64rig report --format markdown ctest.jsonl       for a pull request\n"
	"  a64rig report armv8-a=old.jsonl armv8.1-a=new.jsonl   two builds side by side\n"
	"\n"
	"Audits ('run --audit') are not told again.\n"
	"\n"
	"Exit status, of all findings together: 0 all as expected, 1 something flagged or not as\n"
	"expected, 2 usage or a bad input file, 3 the rig failed.\n";

static gboolean read_stdin(gchar **text, gsize *length, GError **error)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	guint8 part[65536];
	gssize got;

	while ((got = read(STDIN_FILENO, part, sizeof part)) > 0 || (got < 0 && errno == EINTR))
		if (got > 0)
			g_byte_array_append(bytes, part, (guint)got);
	if (got < 0) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE, "%s", g_strerror(errno));
		return FALSE;
	}
	*length = bytes->len;
	g_byte_array_append(bytes, (const guint8 *)"", 1);
	*text = (gchar *)g_byte_array_free(g_steal_pointer(&bytes), FALSE);
	return TRUE;
}

static gboolean read_text(const gchar *path, gchar **text, gsize *length, GError **error)
{
	g_autoptr(GError) why = NULL;

	if (!strcmp(path, "-"))
		return read_stdin(text, length, error);
	if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "a folder; name the files in it");
		return FALSE;
	}
	if (g_file_get_contents(path, text, length, &why))
		return TRUE;
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE, "%s", why->message);
	return FALSE;
}

static GPtrArray *read_file(const gchar *path, GError **error)
{
	g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
	g_autofree gchar *text = NULL;
	const gchar *shown = strcmp(path, "-") ? path : "standard input";
	GPtrArray *results = NULL;
	gsize length;

	if (read_text(path, &text, &length, error))
		results = documents_read(text, length, notes, error);
	for (guint i = 0; results && i < notes->len; i++)
		g_printerr("a64rig: %s: %s; the others are reported\n", shown,
			   (const gchar *)g_ptr_array_index(notes, i));
	if (!results)
		g_prefix_error(error, "%s: ", shown);
	return results;
}

/* The file's name without what says that it holds results. */
static gchar *name_of(const gchar *path)
{
	gchar *name = strcmp(path, "-") ? g_path_get_basename(path) : g_strdup("standard input");
	gchar *dot = strrchr(name, '.');

	if (dot && dot > name && (!strcmp(dot, ".json") || !strcmp(dot, ".jsonl")))
		*dot = '\0';
	return name;
}

/* LABEL=FILE, unless there is a file of that whole name. */
static const gchar *split_word(const gchar *word, gchar **label)
{
	const gchar *equals = strchr(word, '=');

	if (!equals || equals == word || g_file_test(word, G_FILE_TEST_EXISTS))
		return word;
	*label = g_strndup(word, (gsize)(equals - word));
	return equals + 1;
}

static gboolean take_file(MergeFile *file, gchar **name, const gchar *word, GError **error)
{
	const gchar *path = split_word(word, name);

	file->labelled = *name != NULL;
	if (!*name)
		*name = name_of(path);
	file->name = *name;
	file->results = read_file(path, error);
	return file->results != NULL;
}

/* The names that files get must tell them apart: as given, where base names are the same. */
static void tell_apart(MergeFile *files, gchar **words, guint count)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	gboolean apart = TRUE;

	for (guint i = 0; i < count; i++)
		apart &= g_hash_table_add(seen, (gpointer)files[i].name);
	for (guint i = 0; i < count && !apart; i++)
		if (!files[i].labelled)
			files[i].name = words[i];
}

static gboolean is_told(const Results *results, const Finding *finding)
{
	for (guint i = 0; i < results->disagreements->len; i++) {
		const Disagreement *differ = g_ptr_array_index(results->disagreements, i);

		if (!g_strcmp0(differ->case_name, finding->case_name) &&
		    !g_strcmp0(differ->subject, finding->subject))
			return TRUE;
	}
	return FALSE;
}

/* Engines whose findings come from two files have not been compared yet. Without the suite's
 * statements at hand, two verdicts that are both as stated are a declared difference. */
static void compare(Results *results)
{
	for (guint i = 1; i < results->findings->len; i++) {
		const Finding *a = g_ptr_array_index(results->findings, i - 1);
		const Finding *b = g_ptr_array_index(results->findings, i);
		gchar *what = finding_comparable(a, b) && !is_told(results, a)
				      ? agree_difference(a, b)
				      : NULL;
		Disagreement *differ;

		if (!what)
			continue;
		differ = g_new0(Disagreement, 1);
		differ->case_name = g_strdup(a->case_name);
		differ->subject = g_strdup(a->subject);
		differ->what = what;
		differ->declared = a->verdict != b->verdict && finding_as_expected(a) &&
				   finding_as_expected(b);
		g_ptr_array_add(results->disagreements, differ);
	}
}

static Results *gather(gchar **words, GError **error)
{
	guint count = g_strv_length(words), taken = 0;
	g_autofree MergeFile *files = g_new0(MergeFile, count);
	g_auto(GStrv) names = g_new0(gchar *, count + 1);
	Results *results = NULL;

	while (taken < count && take_file(&files[taken], &names[taken], words[taken], error))
		taken++;
	if (taken == count) {
		tell_apart(files, words, count);
		results = merge_files(files, count);
		compare(results);
	}
	for (guint i = 0; i < taken; i++)
		g_ptr_array_unref(files[i].results);
	return results;
}

static int run(int argc, gchar **argv)
{
	g_autofree gchar *format_name = NULL, *output = NULL;
	const GOptionEntry entries[] = {
		{"format", 'f', 0, G_OPTION_ARG_STRING, &format_name, RESULTS_FORMATS " (table)",
		 "FORMAT"},
		{"output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
		 "Write there, all at once, instead of to standard output", "FILE"},
		{NULL},
	};
	g_autoptr(Results) results = NULL;
	g_autoptr(GError) error = NULL;
	const ReportFormat *format;
	int status;

	if (!cmd_parse(&argc, &argv, entries, "report [OPTION...] [LABEL=]FILE...", summary,
		       description, TRUE, &status))
		return status;
	format = results_format(format_name, &error);
	if (!format)
		return cmd_refuse("report", error->message);
	if (!results_output_fits(output, &error))
		return cmd_fail(error);
	if (argc < 2)
		return cmd_refuse("report", "no FILE is named");
	results = gather(argv + 1, &error);
	if (!results)
		return cmd_fail(error);
	status = results_print(results, format, output);
	return status ? status : results_status(results);
}

const Command cmd_report = {"report", "show results again, or those of several runs as one", run};
