#include "judge/neighbour.h"

#include <string.h>

#include "model/subject.h"

/* The best version so far. */
typedef struct {
	const gchar *package; /* flagged, "npm:NAME@VERSION" */
	const gchar *best;    /* NULL: none yet */
} Search;

/* NAME of "npm:NAME@VERSION" ends here; NAME may begin with '@'. */
static gsize name_length(const gchar *package)
{
	const gchar *at = strrchr(package, '@');

	return at ? (gsize)(at - package) : strlen(package);
}

static gboolean same_name(const gchar *a, const gchar *b)
{
	return name_length(a) == name_length(b) && !strncmp(a, b, name_length(a));
}

static const gchar *version_of(const gchar *package)
{
	gsize length = name_length(package);

	return package[length] ? package + length + 1 : "";
}

static void consider(Search *search, const gchar *package)
{
	const gchar *flagged = version_of(search->package);
	gboolean later, best_later;

	if (!package || !same_name(package, search->package))
		return;
	later = strverscmp(version_of(package), flagged) > 0;
	best_later = search->best && strverscmp(version_of(search->best), flagged) > 0;
	if (!search->best || (later && !best_later) ||
	    (later == best_later &&
	     (strverscmp(version_of(package), version_of(search->best)) < 0) == later))
		search->best = package;
}

/* Of the findings, which were seen just now. */
static const gchar *ran(const GPtrArray *findings, const gchar *package)
{
	Search search = {.package = package};

	for (guint i = 0; i < findings->len; i++) {
		const Finding *finding = g_ptr_array_index(findings, i);

		if (finding->verdict == VERDICT_OK)
			consider(&search, finding->package);
	}
	return search.best;
}

static const gchar *stated(const GPtrArray *subjects, const gchar *package)
{
	Search search = {.package = package};

	for (guint i = 0; i < subjects->len; i++) {
		const Subject *subject = g_ptr_array_index(subjects, i);

		if (subject_expect(subject) == VERDICT_OK)
			consider(&search, subject->package);
	}
	return search.best;
}

static gchar *line_for(const GPtrArray *findings, const GPtrArray *subjects, const gchar *package)
{
	const gchar *best = ran(findings, package);
	const gchar *known = best ? NULL : stated(subjects, package);
	gint length = (gint)name_length(package) - (gint)strlen("npm:");

	if (!best && !known)
		return NULL;
	return g_strdup_printf("proof: %.*s %s %s", length, package + strlen("npm:"),
			       version_of(best ? best : known),
			       best ? "is ok on both" : "is known to be ok on both");
}

void neighbour_add(GPtrArray *findings, const GPtrArray *subjects)
{
	for (guint i = 0; i < findings->len; i++) {
		Finding *finding = g_ptr_array_index(findings, i);
		g_autofree gchar *before = NULL;
		g_autofree gchar *line = NULL;

		if (finding->verdict != VERDICT_FLAGGED || !finding->package || !finding->advice)
			continue;
		line = line_for(findings, subjects, finding->package);
		if (!line)
			continue;
		before = finding->advice;
		finding->advice = g_strconcat(before, "\n", line, NULL);
	}
}
