/*
 * unwind - the calls that led to the fault.
 */
#ifndef INSPECT_UNWIND_H
#define INSPECT_UNWIND_H

#include <glib.h>

#include "inspect/modules.h"
#include "model/fault.h"

#define UNWIND_MAX 64

/* The backtrace of the thread that died, from .eh_frame and from frame records where there is
 * none, through signal handlers: adds Frame to frames, at most UNWIND_MAX, at least the first. */
void unwind(const Modules *modules, GPtrArray *frames);

/* The frame of one place. lookup is inside the instruction that it stands at: a return address may
 * be the first byte of the next function. Caller frees. */
Frame *unwind_frame(const Modules *modules, guint64 pc, guint64 lookup);

#endif
