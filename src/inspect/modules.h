/*
 * modules - the ELF files that a program had loaded when it died.
 */
#ifndef INSPECT_MODULES_H
#define INSPECT_MODULES_H

#include <elfutils/libdwfl.h>
#include <glib.h>

#include "inspect/core.h"
#include "inspect/corefile.h"
#include "inspect/elffile.h"

/* One loaded file. */
typedef struct {
	gchar *guest;      /* its path as the program saw it */
	gchar *host;       /* the same file here, or NULL where it was not found or is damaged */
	guint64 bias;      /* address in memory less address in the file */
	ElfFile *elf;      /* NULL where host is */
	Dwfl_Module *dwfl; /* NULL where host is; owned by the session */
} Module;

typedef struct {
	const CoreFile *core;
	const PathMap *map;
	Dwfl *dwfl;
	GPtrArray *modules; /* of Module, the program first */
} Modules;

/* Finds what was loaded: the program by its entry address, the interpreter by its base, the rest
 * by the dynamic linker's link map, as far as each can be read from the core. core and map must
 * outlive the result. Fails where the program itself is unreadable. */
Modules *modules_open(const CoreFile *core, const gchar *program, const PathMap *map,
		      GError **error);
void modules_free(Modules *modules);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Modules, modules_free)

/* The module that holds this address, or NULL. */
const Module *modules_at(const Modules *modules, guint64 addr);

/* The offset of this address in the module's file. FALSE where the file does not hold it. */
gboolean module_offset(const Module *module, guint64 addr, guint64 *offset);

/* What the program had at this address, from the core or else from the file. */
gboolean modules_read(const Modules *modules, guint64 addr, gpointer to, gsize length);

#endif
