/*
 * codeparts - the parts that code.h is made of, for these files alone.
 */
#ifndef INSPECT_CODEPARTS_H
#define INSPECT_CODEPARTS_H

#include <gelf.h>

#include "inspect/code.h"

/* Dynamic entries of arrays of functions that the loader calls: where, and how many bytes. */
typedef struct {
	gint64 array, size;
} CodeArray;

enum { CODE_ARRAYS = 3 };

extern const CodeArray code_arrays[CODE_ARRAYS];

typedef struct {
	guint64 start, end;
} Span;

struct Code {
	ElfFile *file;
	Elf *elf;
	gboolean object;
	GArray *ranges;      /* of CodeRange */
	GArray *symbols;     /* of CodeSymbol, by address; NULL: not read yet */
	GArray *data;        /* of Span, by address; read with the symbols */
	GHashTable *imports; /* guint64 place -> const gchar *name; NULL: not read yet */
	GHashTable *places;  /* guint64 place -> guint64 of code; read with the imports */
	GArray *pointed;     /* of CodeRoot: what relocations point to; read with the imports */
	Span started[CODE_ARRAYS]; /* arrays of what the loader calls */
	GPtrArray *aligned; /* copies of words that do not lie at a word's place in the file */
};

/* The last element whose address, its first field, is not above; -1: none. */
gssize code_last(const GArray *array, gsize size, guint64 addr);

/* Fills symbols and data, imports, places and pointed, where that has not been done. */
void code_need_symbols(Code *self);
void code_need_links(Code *self);

/* All of the segment from an address on that a dynamic entry has, with its size; NULL where there
 * is none. */
const guint8 *code_dynamic(const Code *self, gint64 tag, guint64 *size);

#endif
