/*
 * trace - an emulator's account of what it executed, and where that lies in which file.
 *
 * It is either the QEMU plugin's (plugin/audit.c says how its lines look), or what QEMU logs itself
 * with "-d in_asm": each block of code when it is translated, one instruction a line, address and
 * word first. The plugin knows a program's files; of a machine, and in a log, there are but words,
 * and their place is found by them, see inspect/places.h.
 *
 * The program could have written into it: nothing in it is believed beyond what it says.
 */
#ifndef INSPECT_TRACE_H
#define INSPECT_TRACE_H

#include <gio/gio.h>

#include "inspect/core.h"

enum { TRACE_MOST = 1000000 }; /* places that are taken of one trace */

/* The instructions above plain ARMv8.0-A, an array of Executed, each place once, in the order in
 * which they were met; with those among them that trapped. map is as for core_explain(): files that
 * it leads to are the ones where words are looked for. Error (G_IO_ERROR) where it cannot be read.
 */
GPtrArray *trace_read(const gchar *path, const PathMap *map, GError **error);

#endif
