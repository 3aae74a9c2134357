/*
 * code - what of an arm64 ELF file is code, and what its tables tell of places in it.
 *
 * Places are virtual addresses; in an object file (ET_REL), which has none, offsets in the file.
 * Nothing is copied out of the file but the tables. One thread at a time.
 */
#ifndef INSPECT_CODE_H
#define INSPECT_CODE_H

#include "inspect/elffile.h"

/* Words that the processor may run: an executable section, or where there are no section headers an
 * executable segment. */
typedef struct {
	guint64 addr;         /* of the first word */
	guint64 offset;       /* the same in the file, bytes */
	const guint32 *words; /* little-endian */
	gsize count;          /* how many */
	const gchar *section; /* ".text"; "" of a segment */
} CodeRange;

typedef enum {
	CODE_LOCAL,   /* known by name only in this file */
	CODE_VISIBLE, /* others can call it */
	CODE_CHOOSER, /* STT_GNU_IFUNC: returns the variant that is to be used */
} CodeSymbolKind;

typedef struct {
	guint64 addr, size; /* size 0: not stated */
	const gchar *name;  /* as it stands in the file */
	CodeSymbolKind kind;
} CodeSymbol;

typedef enum {
	ROOT_START,   /* the loader runs it: entry point, constructor, destructor */
	ROOT_VISIBLE, /* a CODE_VISIBLE symbol of a library; of a program it is but ROOT_POINTER */
	ROOT_CHOOSER, /* the loader runs it, and calls what it returns */
	ROOT_POINTER, /* data has its address */
} RootKind;

/* A place where running code begins as far as the file's tables tell. */
typedef struct {
	guint64 addr;
	RootKind kind;
} CodeRoot;

typedef struct Code Code;

/* Error (G_IO_ERROR) where the file cannot be read or is no sound 64-bit AArch64 ELF file. */
Code *code_open(const gchar *path, GError **error);
void code_free(Code *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Code, code_free)

/* In the order of their addresses, not overlapping. The array is the code's. */
const CodeRange *code_ranges(const Code *self, guint *count);

/* The range with that address, or NULL. */
const CodeRange *code_range(const Code *self, guint64 addr);

/* The range with that byte of the file, or NULL. */
const CodeRange *code_range_in_file(const Code *self, guint64 offset);

/* The function that the address lies in, or NULL. */
const CodeSymbol *code_function(Code *self, guint64 addr);

/* Where the file defines a function of this name. */
gboolean code_symbol(Code *self, const gchar *name, guint64 *addr);

/* The file itself. */
const ElfFile *code_file(const Code *self);

/* Do mapping symbols say that it is data ($d, see Arm's aaelf64, "Mapping symbols")? */
gboolean code_is_data(Code *self, guint64 addr);

/* All known roots, each place and kind once. Free with g_array_unref(). */
GArray *code_roots(Code *self);

/* Where functions begin, as symbols and the table for unwinding (.eh_frame_hdr) say: addresses, in
 * order. Free with g_array_unref(). */
GArray *code_starts(Code *self);

/* The name of the symbol whose address the loader puts into that place, or NULL. */
const gchar *code_import(Code *self, guint64 slot);

/* The place in this file's code whose address the loader puts there, or 0. */
guint64 code_pointed(Code *self, guint64 slot);

/* Does the file hold these bytes there, when it is loaded? */
gboolean code_holds(const Code *self, guint64 addr, const gchar *text);

/* The entry point, 0 where there is none. */
guint64 code_entry(const Code *self);

/* An object file: its calls are not bound yet. */
gboolean code_is_object(const Code *self);

#endif
