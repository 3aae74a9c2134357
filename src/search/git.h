/*
 * git - git itself, asked.
 */
#ifndef SEARCH_GIT_H
#define SEARCH_GIT_H

#include <glib.h>

/* What it prints for these words, which end with NULL, in that folder. Error (rig) where it cannot
 * be run, or fails: with what it says. Caller frees. */
gchar *git_ask(const gchar *folder, const gchar *const *words, GError **error);

#endif
