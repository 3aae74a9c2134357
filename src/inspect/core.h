/*
 * core - reads a program's core file as QEMU's user mode leaves it, and says where it died.
 *
 * Such a core has the threads' registers and the memory that is not backed by files, and no
 * NT_FILE note: modules are found through the dynamic linker's link map (elfutils' dwfl_link_map_
 * report), and instruction words and symbols come from the ELF files themselves (QEMU
 * linux-user/elfload.c, elf_core_dump).
 */
#ifndef INSPECT_CORE_H
#define INSPECT_CORE_H

#include <glib.h>

#include "model/fault.h"

/* Where the program's files are on this host: the program saw guest, it is host here. An entry
 * whose guest path is a folder stands for all below it. The first that fits and exists wins; a
 * path that no entry fits is not looked up at all. The guest path "." says where relative names
 * begin, that is the program's working folder. */
typedef struct {
	const gchar *guest;
	const gchar *host;
} PathMap;

/* Reads the core and explains the fault: pc, word, object, function, source, backtrace, culprit,
 * mnemonic and feature. program is the main executable's path on this host, map ends with
 * {NULL, NULL}. trapped: the instruction that the program was given its signal for, where that was
 * delivered some instructions later; 0: the pc tells. A core that is truncated gives as much as it
 * holds, with a note; FALSE only where nothing can be read from it. Caller frees. */
Fault *core_explain(const gchar *core, const gchar *program, const PathMap *map, int signal,
		    guint64 trapped, GError **error);

#endif
