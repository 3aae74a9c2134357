/*
 * symbol - the function and the source line of an address.
 */
#ifndef INSPECT_SYMBOL_H
#define INSPECT_SYMBOL_H

#include <glib.h>

#include "inspect/modules.h"

typedef struct {
	gchar *name;      /* demangled; free with g_free() */
	guint64 offset;   /* bytes from the function's start */
	gboolean nearest; /* TRUE: the address lies beyond the function's own size */
} Symbol;

/* The function that holds the address; where none does, the nearest below it in the same section.
 * FALSE where there is neither. */
gboolean symbol_find(const Module *module, guint64 addr, Symbol *symbol);

/* "file:line" from DWARF, or NULL. Caller frees. */
gchar *symbol_source(const Module *module, guint64 addr);

/* A C++ name, or one of Rust's older scheme (that of names ending in 17h and a hash), as its
 * author wrote it; any other name, also of Rust's newer scheme (_R...), as it is. Caller frees. */
gchar *symbol_demangle(const gchar *name);

#endif
