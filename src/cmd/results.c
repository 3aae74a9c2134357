#include "cmd/results.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"

const ReportFormat *results_format(const gchar *name, GError **error)
{
	const ReportFormat *format = report_format(name ? name : "table");

	if (!format)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "--format takes " RESULTS_FORMATS ", not '%s'", name);
	return format;
}

gboolean results_output_fits(const gchar *path, GError **error)
{
	g_autofree gchar *folder = path ? g_path_get_dirname(path) : NULL;

	if (!path)
		return TRUE;
	if (g_file_test(path, G_FILE_TEST_IS_DIR))
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "--output '%s' is a folder, not a file", path);
	else if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "--output '%s': there is no folder '%s'", path, folder);
	else if (g_access(folder, W_OK))
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "--output '%s': '%s' cannot be written", path, folder);
	else
		return TRUE;
	return FALSE;
}

int results_put(const gchar *text, const gchar *output)
{
	g_autoptr(GError) error = NULL;

	if (!output) {
		if (fputs(text, stdout) < 0 || fflush(stdout)) {
			g_printerr("a64rig: cannot write to standard output: %s\n",
				   g_strerror(errno));
			return EXIT_RIG_FAULT;
		}
	} else if (!g_file_set_contents_full(output, text, (gssize)strlen(text),
					     G_FILE_SET_CONTENTS_CONSISTENT, 0644, &error)) {
		g_prefix_error(&error, "--output: ");
		return cmd_fail(error);
	}
	return EXIT_EXPECTED;
}

int results_print(const Results *results, const ReportFormat *format, const gchar *output)
{
	gboolean colour = !output && cmd_colour(STDOUT_FILENO);
	g_autofree gchar *text =
		format->write(results, colour, output ? 0 : cmd_width(STDOUT_FILENO));

	return results_put(text, output);
}

int results_status(const Results *results)
{
	if (results_count(results, VERDICT_RIG_FAULT))
		return EXIT_RIG_FAULT;
	return results_unexpected(results) || results_undeclared(results) ? EXIT_UNEXPECTED
									  : EXIT_EXPECTED;
}
