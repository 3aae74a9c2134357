/*
 * place - what a place in an ELF file is, as a fault that has no core.
 */
#ifndef INSPECT_PLACE_H
#define INSPECT_PLACE_H

#include "model/executed.h"
#include "model/fault.h"

/* Fills in the fault's instruction. Error where LLVM cannot be set up. */
gboolean place_insn(Fault *fault, guint32 word, GError **error);

/* A SIGILL there, with instruction, object, function and culprit. Caller frees. */
Fault *place_explain(const Executed *executed);

#endif
