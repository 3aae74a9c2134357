/*
 * word - how a user names a published package: "npm:NAME@VERSION".
 *
 * NAME is as npm allows it, in capitals, too, as some of the oldest have them; VERSION is a
 * version, not a range and not a tag, so that a word means the same for ever.
 */
#ifndef ARTEFACT_WORD_H
#define ARTEFACT_WORD_H

#include <glib.h>

typedef struct {
	gchar *text;    /* the word itself */
	gchar *name;    /* "@node-rs/crc32-linux-arm64-gnu" */
	gchar *version; /* "1.10.7" */
	gchar *spec;    /* "NAME@VERSION", as npm takes it: never an option, a path or an address */
} Word;

/* Error (usage) says how a word is written. */
Word *word_new(const gchar *text, GError **error);
void word_free(Word *word);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Word, word_free)

/* The word as the name of a file, and back. Caller frees. */
gchar *word_to_file_name(const Word *word);
gchar *word_from_file_name(const gchar *name);

#endif
