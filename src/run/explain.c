#include "run/explain.h"

#include <signal.h>

#include "inspect/core.h"
#include "isa/isa.h"
#include "judge/advice.h"

static PathMap *as_map(gchar **pairs)
{
	guint count = g_strv_length(pairs) / 2;
	PathMap *map = g_new0(PathMap, count + 1);

	for (gsize i = 0; i < count; i++)
		map[i] = (PathMap){.guest = pairs[2 * i], .host = pairs[2 * i + 1]};
	return map;
}

/* A child that died leaves a core, too, while its parent goes on to fail or to exit: then the
 * signal is the one that the core itself names. */
void explain_outcome(Outcome *outcome, Engine *engine, const RunSpec *spec)
{
	int signal = outcome->kind == OUTCOME_SIGNALLED ? outcome->signal : 0;
	g_auto(GStrv) pairs = NULL;
	g_autofree PathMap *map = NULL;
	g_autoptr(GError) error = NULL;

	if (outcome_passed(outcome) || outcome->kind == OUTCOME_RIG_FAULT ||
	    outcome->kind == OUTCOME_SKIPPED || outcome->kind == OUTCOME_WRONG ||
	    (!signal && !outcome->core))
		return;
	if (outcome->core) {
		pairs = engine->path_map(engine, spec);
		map = as_map(pairs);
		outcome->fault = core_explain(outcome->core, spec->program, map, signal, &error);
	}
	if (outcome->fault || !signal)
		return;
	outcome->fault = fault_new(signal);
	outcome->fault->note = g_strdup(error ? error->message : "the program left no core");
}

void explain_way_out(Finding *finding, const Subject *subject)
{
	const Fault *fault = finding_fault(finding);
	AdviceFacts facts = {
		.fault = fault, .allocator = subject->allocator, .version = subject->version};

	if (!fault || fault->signal != SIGILL || finding->verdict == VERDICT_INCONCLUSIVE)
		return;
	facts.isa = fault->feature ? isa_feature(fault->feature) : NULL;
	finding->advice = advice_for(&facts);
}
