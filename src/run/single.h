/*
 * single - a plan of one program that the user names, with its arguments.
 */
#ifndef RUN_SINGLE_H
#define RUN_SINGLE_H

#include "run/plan.h"

typedef struct {
	Plan *plan; /* of one job */
	gchar *sysroot, *program;
	Suite suite;
	Case self;
	Subject subject;
} Single;

/* Of the request only the profiles count. The job's name is "exec/BASENAME", its subject the
 * arguments as a shell would take them, or without any the program's path. sysroot: NULL for the
 * prepared one. Error (usage) where it is no program for this sysroot, (rig) where nothing is
 * prepared. */
Single *single_new(const Request *request, const gchar *program, gchar **args, const gchar *sysroot,
		   GError **error);
/* Adds what names it behind a command and its options: its sysroot, where that is not the prepared
 * one, and behind "--" the program and its arguments. */
void single_add_words(const Single *single, GStrvBuilder *words);

void single_free(Single *single);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Single, single_free)

#endif
