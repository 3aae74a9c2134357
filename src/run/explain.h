/*
 * explain - from an outcome's core to its fault.
 */
#ifndef RUN_EXPLAIN_H
#define RUN_EXPLAIN_H

#include "model/engine.h"
#include "model/finding.h"
#include "model/subject.h"

/* Reads the account of what was executed, where there is one, into outcome->executed. Where the CPU
 * model executed what the profile's board lacks, and the emulator could not refuse it, the outcome
 * becomes the SIGILL that the board would have given. A trace that cannot be read is a rig fault.
 */
void explain_trace(Outcome *outcome, Engine *engine, const RunSpec *spec);

/* Reads the core that the run left, where it left one, into outcome->fault. A core that cannot be
 * read gives a fault with no more than the signal and a note. */
void explain_outcome(Outcome *outcome, Engine *engine, const RunSpec *spec);

/* Writes the way out into finding->advice, for a finding whose fault calls for one. */
void explain_way_out(Finding *finding, const Subject *subject);

#endif
