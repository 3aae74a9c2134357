/*
 * target - what a user wants to have debugged: a case, a program, or a finding in a file of
 * results.
 */
#ifndef CMD_TARGET_H
#define CMD_TARGET_H

#include "base/paths.h"

/* What is not stated is NULL. */
typedef struct {
	gchar *cases[2], *subjects[2]; /* one word each, and NULL */
	gchar **replay;                /* the words of a finding's */
	gchar *program, **args;        /* instead of a case; borrowed, from these or elsewhere */
	const gchar *sysroot, *image;  /* borrowed from them */
	gchar *engine, *profile, *baseline, *reference;
} Target;

/* Takes the word for a case where there is one of that name, else for a file of results: FILE means
 * its first finding that is flagged, FILE:3 the third. subject: of a case; may be NULL. Error
 * (usage). */
gboolean target_read(Target *target, const gchar *word, const gchar *subject, const Paths *paths,
		     GError **error);

void target_clear(Target *target);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Target, target_clear)

#endif
