/*
 * place - what a place in an ELF file is, as a fault that has no core.
 */
#ifndef INSPECT_PLACE_H
#define INSPECT_PLACE_H

#include "model/executed.h"
#include "model/fault.h"

/* A SIGILL there, with instruction, object, function and culprit. Caller frees. */
Fault *place_explain(const Executed *executed);

#endif
