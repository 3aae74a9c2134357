/*
 * sigframe - what a thread was doing when it was interrupted by the signal that it now handles.
 *
 * Programs with a handler of their own for SIGILL, to tell of the crash, die in it: it raises the
 * signal again, or meets another instruction that the CPU does not have. Where the first fault was
 * is on the stack (Linux, arch/arm64/kernel/signal.c, struct rt_sigframe; QEMU writes the same).
 */
#ifndef INSPECT_SIGFRAME_H
#define INSPECT_SIGFRAME_H

#include "inspect/corefile.h"

/* siginfo is 128 bytes long, and ucontext's sigcontext lies at 176: the fault address, x0 to x30,
 * sp, pc and pstate, bytes from the frame's start to x0. */
#define SIGFRAME_REGS (128 + 176 + 8)

/* Could the instruction at this address have raised SIGILL? Asked where the frame does not say for
 * which signal it is, because the handler did not want to know (without SA_SIGINFO). */
typedef gboolean (*SigframeSuspect)(guint64 pc, gpointer data);

/* Puts the registers of the first SIGILL whose handler still runs in the place of regs, those of
 * the thread. FALSE, and regs unchanged, where none does. */
gboolean sigframe_first(const CoreFile *core, guint64 regs[CORE_REGS], SigframeSuspect suspect,
			gpointer data);

#endif
