#include "model/finding.h"

Finding *finding_new(const gchar *case_name, const gchar *subject, const gchar *engine)
{
	Finding *finding = g_new0(Finding, 1);

	finding->case_name = g_strdup(case_name);
	finding->subject = g_strdup(subject);
	finding->engine = g_strdup(engine);
	finding->verdict = VERDICT_NONE;
	finding->expected = VERDICT_NONE;
	finding->columns = g_ptr_array_new_with_free_func((GDestroyNotify)column_free);
	return finding;
}

void finding_free(Finding *finding)
{
	if (!finding)
		return;
	g_free(finding->case_name);
	g_free(finding->subject);
	g_free(finding->package);
	g_free(finding->engine);
	outcome_free(finding->baseline);
	outcome_free(finding->reference);
	g_ptr_array_unref(finding->columns);
	g_free(finding->reason);
	g_free(finding->advice);
	g_free(finding->replay);
	g_free(finding);
}

void column_free(Column *column)
{
	if (!column)
		return;
	outcome_free(column->outcome);
	g_free(column);
}

const Fault *finding_fault(const Finding *finding)
{
	if (finding->baseline && finding->baseline->fault)
		return finding->baseline->fault;
	return finding->reference ? finding->reference->fault : NULL;
}

gboolean finding_as_expected(const Finding *finding)
{
	if (finding->expected != VERDICT_NONE)
		return finding->verdict == finding->expected;
	return finding->verdict == VERDICT_OK || finding->verdict == VERDICT_SKIPPED;
}

gboolean finding_comparable(const Finding *a, const Finding *b)
{
	return a->verdict != VERDICT_NONE && a->verdict != VERDICT_RIG_FAULT &&
	       b->verdict != VERDICT_NONE && b->verdict != VERDICT_RIG_FAULT &&
	       !g_strcmp0(a->case_name, b->case_name) && !g_strcmp0(a->subject, b->subject) &&
	       g_strcmp0(a->engine, b->engine) != 0;
}

void disagreement_free(Disagreement *disagreement)
{
	if (!disagreement)
		return;
	g_free(disagreement->case_name);
	g_free(disagreement->subject);
	g_free(disagreement->what);
	g_free(disagreement);
}

Results *results_new(void)
{
	Results *results = g_new0(Results, 1);

	results->profiles = g_ptr_array_new_with_free_func(g_free);
	results->findings = g_ptr_array_new_with_free_func((GDestroyNotify)finding_free);
	results->disagreements = g_ptr_array_new_with_free_func((GDestroyNotify)disagreement_free);
	return results;
}

void results_free(Results *results)
{
	if (!results)
		return;
	g_free(results->rig_version);
	g_free(results->qemu);
	g_free(results->host);
	g_free(results->baseline);
	g_free(results->reference);
	g_ptr_array_unref(results->profiles);
	g_ptr_array_unref(results->findings);
	g_ptr_array_unref(results->disagreements);
	scan_free(results->audit);
	g_free(results);
}

guint results_count(const Results *results, Verdict verdict)
{
	guint count = 0;

	for (guint i = 0; i < results->findings->len; i++) {
		const Finding *finding = g_ptr_array_index(results->findings, i);

		count += finding->verdict == verdict;
	}
	return count;
}

guint results_unexpected(const Results *results)
{
	guint count = 0;

	for (guint i = 0; i < results->findings->len; i++)
		count += !finding_as_expected(g_ptr_array_index(results->findings, i));
	return count;
}

GPtrArray *results_engines(const Results *results)
{
	GPtrArray *engines = g_ptr_array_new();

	for (guint i = 0; i < results->findings->len; i++) {
		const Finding *finding = g_ptr_array_index(results->findings, i);

		if (finding->engine &&
		    !g_ptr_array_find_with_equal_func(engines, finding->engine, g_str_equal, NULL))
			g_ptr_array_add(engines, finding->engine);
	}
	return engines;
}

guint results_compared(const Results *results)
{
	guint count = 0;

	for (guint i = 1; i < results->findings->len; i++)
		count += finding_comparable(g_ptr_array_index(results->findings, i - 1),
					    g_ptr_array_index(results->findings, i));
	return count;
}

guint results_undeclared(const Results *results)
{
	guint count = 0;

	for (guint i = 0; i < results->disagreements->len; i++) {
		const Disagreement *disagreement = g_ptr_array_index(results->disagreements, i);

		count += !disagreement->declared;
	}
	return count;
}
