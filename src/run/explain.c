#include "run/explain.h"

#include <signal.h>

#include "inspect/core.h"
#include "inspect/place.h"
#include "inspect/trace.h"
#include "isa/lookup.h"
#include "judge/advice.h"
#include "model/executed.h"

static PathMap *as_map(gchar **pairs)
{
	guint count = g_strv_length(pairs) / 2;
	PathMap *map = g_new0(PathMap, count + 1);

	for (gsize i = 0; i < count; i++)
		map[i] = (PathMap){.guest = pairs[2 * i], .host = pairs[2 * i + 1]};
	return map;
}

/* --- boards --- */

static gboolean is_lacking(const RunSpec *spec, const Executed *executed)
{
	const IsaFeature *feature = isa_lookup(executed->word);
	g_auto(GStrv) lacks = g_strsplit(spec->lacks, "+", -1);

	return feature && g_strv_contains((const gchar *const *)lacks, feature->feature);
}

/* The last that the emulator refused, or NULL. */
static const Executed *find_trap(const Outcome *outcome)
{
	for (guint i = outcome->executed ? outcome->executed->len : 0; i > 0; i--) {
		const Executed *executed = g_ptr_array_index(outcome->executed, i - 1);

		if (executed->trapped)
			return executed;
	}
	return NULL;
}

/* The first that a board would have refused, where the emulator refused none; or NULL. */
static const Executed *find_missed(const Outcome *outcome, const RunSpec *spec)
{
	if (!spec->lacks || find_trap(outcome))
		return NULL;
	for (guint i = 0; i < outcome->executed->len; i++) {
		const Executed *executed = g_ptr_array_index(outcome->executed, i);

		if (is_lacking(spec, executed))
			return executed;
	}
	return NULL;
}

static void die_as_board(Outcome *outcome, const Executed *executed)
{
	outcome->signal = SIGILL;
	outcome_end(outcome, OUTCOME_SIGNALLED, NULL);
	/* A core that is there tells of something later. */
	g_clear_pointer(&outcome->core, g_free);
	fault_free(outcome->fault);
	outcome->fault = place_explain(executed);
	g_free(outcome->fault->note);
	outcome->fault->note =
		g_strdup("the emulated CPU has this extension and went on; the board "
			 "would have died here, so that there is no backtrace");
}

static void drop_init(GPtrArray *all)
{
	for (guint i = all->len; i > 0; i--) {
		const Executed *executed = g_ptr_array_index(all, i - 1);

		if (!g_strcmp0(executed->object, ENGINE_INIT))
			g_ptr_array_remove_index(all, i - 1);
	}
}

void explain_trace(Outcome *outcome, Engine *engine, const RunSpec *spec)
{
	g_auto(GStrv) pairs = outcome->trace ? engine->path_map(engine, spec) : NULL;
	g_autofree PathMap *map = pairs ? as_map(pairs) : NULL;
	g_autoptr(GError) error = NULL;
	const Executed *missed;

	if (!outcome->trace || outcome->kind == OUTCOME_RIG_FAULT)
		return;
	outcome->executed = trace_read(outcome->trace, map, &error);
	if (!outcome->executed) {
		outcome_end(outcome, OUTCOME_RIG_FAULT, g_strdup(error->message));
		return;
	}
	drop_init(outcome->executed);
	missed = find_missed(outcome, spec);
	if (missed)
		die_as_board(outcome, missed);
}

/* --- faults --- */

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
	    (!signal && !outcome->core) || outcome->fault)
		return;
	if (outcome->core) {
		const Executed *trap = signal == SIGILL ? find_trap(outcome) : NULL;

		pairs = engine->path_map(engine, spec);
		map = as_map(pairs);
		outcome->fault = core_explain(outcome->core, spec->program, map, signal,
					      trap ? trap->addr : 0, &error);
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
