/*
 * gdb - what a debugger is told of a program: gdb's command file, the words that LLDB wants, and a
 * folder in which both find the program's files under the paths that the program itself sees.
 *
 * The program is not to be believed, nor is what lies beside it: gdb loads no scripts that come
 * with it, and asks no server for its sources.
 */
#ifndef RUN_GDB_H
#define RUN_GDB_H

#include <glib.h>

#include "model/fault.h"

typedef enum {
	GDB_START, /* stop before the first instruction, that of the dynamic linker */
	GDB_FAULT, /* run to where the fault was */
	GDB_END,   /* run to the end, or until it is interrupted */
} GdbGoal;

/* Nothing is owned. */
typedef struct {
	const gchar *socket;  /* where the stub is to be reached */
	const gchar *program; /* on this host */
	const gchar *root;    /* the folder that gdb_make_root() filled */
	GdbGoal goal;
	const Fault *fault; /* with GDB_FAULT */
	gboolean batch;     /* print registers, instructions and backtrace, and end */
} GdbSpec;

/* Makes the folder, with a link for each file of a path map (model/engine.h). Error (rig). */
gboolean gdb_make_root(const gchar *folder, gchar *const *map, GError **error);

/* The command file. Caller frees. */
gchar *gdb_commands(const GdbSpec *spec);

/* gdb's argv, with the command file in that path. Free with g_strfreev(). */
gchar **gdb_command(const gchar *gdb, const gchar *commands, const GdbSpec *spec);

/* LLDB's, to attach. Free with g_strfreev(). */
gchar **lldb_command(const GdbSpec *spec);

#endif
