/*
 * culprit - the known allocators that get linked into other people's libraries.
 */
#ifndef INSPECT_CULPRIT_H
#define INSPECT_CULPRIT_H

#include <glib.h>

#include "inspect/code.h"
#include "inspect/modules.h"
#include "model/fault.h"

/* Fills the fault's culprit from evidence in the object that it lies in: symbols and strings.
 * The fault's function and backtrace must be there already. Where they name the function that died
 * and no caller in the same object is one of the allocator's or of the C library's allocation
 * functions, nothing is said: the object may well hold an allocator that has no part in this. */
void culprit_find(const Module *module, Fault *fault);

/* The allocator that one of the places in the code belongs to, with its version where it shows,
 * "mimalloc 2.1.9"; NULL where none is known to. Caller frees both. */
gchar *culprit_of_places(Code *code, const guint64 *places, gsize count, gchar **evidence);

#endif
