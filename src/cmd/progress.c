#include "cmd/progress.h"

#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"

void progress_start(Progress *progress, gboolean quiet)
{
	*progress = (Progress){.terminal = isatty(STDERR_FILENO) != 0,
			       .quiet = quiet,
			       .width = cmd_width(STDERR_FILENO),
			       .start = g_get_monotonic_time()};
}

/* What is left at the pace so far; "" where there is none to tell. */
static gchar *time_left(const Progress *progress, guint done, guint total)
{
	gint64 spent = g_get_monotonic_time() - progress->start;
	guint run = done - progress->earlier;
	guint seconds = run ? (guint)(spent / run * (total - done) / G_USEC_PER_SEC) : 0;

	if (!seconds)
		return g_strdup("");
	return seconds < 60 ? g_strdup_printf(", %u s left", seconds)
			    : g_strdup_printf(", %u min %u s left", seconds / 60, seconds % 60);
}

static void redraw(const Progress *progress, const gchar *line)
{
	gsize width = progress->width ? progress->width - 1 : 79;
	g_autofree gchar *cut =
		g_utf8_substring(line, 0, MIN(g_utf8_strlen(line, -1), (glong)width));

	g_printerr("\r\033[K%s", cut);
}

static void show(Progress *progress, const Finding *finding, guint done, guint total)
{
	g_autofree gchar *left = NULL;
	g_autofree gchar *line = NULL;

	progress->earlier += finding->resumed || !finding->baseline;
	left = time_left(progress, done, total);
	line = g_strdup_printf("%u of %u%s  %s, %s: %s", done, total, left, finding->case_name,
			       finding->subject, verdict_name(finding->verdict));
	if (progress->terminal) {
		redraw(progress, line);
	} else if (done * 10 / total > progress->tenths && total >= 10) {
		progress->tenths = done * 10 / total;
		g_printerr("%u of %u%s\n", done, total, left);
	}
}

void progress_show(const Finding *finding, guint done, guint total, gpointer data)
{
	Progress *progress = data;

	if (progress->quiet)
		return;
	g_mutex_lock(&progress->mutex);
	show(progress, finding, done, total);
	g_mutex_unlock(&progress->mutex);
}

void progress_news(const gchar *what, gpointer data)
{
	Progress *progress = data;

	if (progress->quiet)
		return;
	g_mutex_lock(&progress->mutex);
	if (progress->terminal)
		redraw(progress, what);
	else
		g_printerr("%s\n", what);
	progress->start = g_get_monotonic_time();
	g_mutex_unlock(&progress->mutex);
}

void progress_end(Progress *progress)
{
	if (progress->terminal && !progress->quiet)
		g_printerr("\r\033[K");
}
