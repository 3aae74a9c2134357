/*
 * cmd - the commands: each parses its words, builds a request, calls one function and chooses the
 * exit status. Only here is anything printed.
 */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include <glib.h>

#include "base/error.h"

typedef struct {
	const gchar *name;
	const gchar *about; /* one line */
	/* argv[0] is the command's name. Returns the exit status. */
	int (*run)(int argc, gchar **argv);
} Command;

extern const Command cmd_run, cmd_report, cmd_exec, cmd_scan, cmd_audit, cmd_check, cmd_bisect,
	cmd_list, cmd_debug, cmd_doctor;

/* What may follow the options: nothing, words anywhere among them, or a program with words of its
 * own, at the first of which the options end. */
typedef enum { CMD_NO_WORDS = FALSE, CMD_WORDS = TRUE, CMD_PROGRAM } CmdWords;

/* Parses argv by the entries. TRUE: go on. FALSE: all is said, *status is the exit status. usage is
 * what follows "a64rig", summary and description stand above and below the options. Words that are
 * no options stay in argv, or are refused. */
gboolean cmd_parse(int *argc, gchar ***argv, const GOptionEntry *entries, const gchar *usage,
		   const gchar *summary, const gchar *description, CmdWords words, int *status);

/* Says what is wrong with the words of a command and where its help is. Returns EXIT_USAGE. */
int cmd_refuse(const gchar *command, const gchar *message);

/* Prints "a64rig: message" and returns the exit status for the error. */
int cmd_fail(const GError *error);

/* Is colour wanted on this descriptor? A terminal, and NO_COLOR is not set (no-color.org). */
gboolean cmd_colour(int file);

/* Columns of the terminal on this descriptor, 0 where it is none. */
guint cmd_width(int file);

#endif
