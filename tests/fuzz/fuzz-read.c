/*
 * Whatever a text of results holds, it is read or refused with a reason; and what was read comes
 * back from what is written of it.
 */
#include <string.h>

#include "base/error.h"
#include "report/documents.h"
#include "report/read.h"
#include "report/report.h"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static void assert_same(const Results *results)
{
	g_autofree gchar *text = report_json(results, FALSE, 0);
	g_autoptr(Results) again = report_read(text, NULL);
	g_autofree gchar *twice = again ? report_json(again, FALSE, 0) : NULL;

	g_assert_cmpstr(text, ==, twice);
}

static void assert_shown(const Results *results)
{
	for (const ReportFormat *format = report_formats; format->name; format++)
		g_free(format->write(results, FALSE, 80));
}

/* As a file of several documents: read or refused, too, and no fewer than the one. */
static void assert_documents(const guint8 *data, size_t size, gboolean is_one)
{
	g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
	g_autofree gchar *text = g_strndup((const gchar *)data, size);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) found = documents_read(text, strlen(text), notes, &error);

	g_assert_true(!found == !!error);
	g_assert_true(!error || g_error_matches(error, A64RIG_ERROR, A64RIG_ERROR_USAGE));
	g_assert_true(!is_one || found);
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autofree gchar *text = g_strndup((const gchar *)data, size);
	g_autoptr(GError) error = NULL;
	g_autoptr(Results) results = NULL;

	g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_FATAL_MASK);
	results = report_read(text, &error);
	g_assert_true(!results == !!error);
	g_assert_true(!error || g_error_matches(error, A64RIG_ERROR, A64RIG_ERROR_USAGE));
	assert_documents(data, size, results != NULL);
	if (results) {
		assert_same(results);
		assert_shown(results);
	}
	return 0;
}
