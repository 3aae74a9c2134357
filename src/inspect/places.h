/*
 * places - where words that were seen in memory stand in files.
 *
 * Code is mapped from its file a page at a time, so that a word's offset in the file and its
 * address agree in what they are modulo the smallest page, and the words around it are the same.
 * Of each file only the words above plain ARMv8.0-A are known, found at the first question and kept
 * for all later ones. Safe from several threads.
 */
#ifndef INSPECT_PLACES_H
#define INSPECT_PLACES_H

#include "inspect/core.h"

/* Words as they lay in memory, one after the other. */
typedef struct {
	const guint32 *words;
	guint count;
	guint at;     /* which of them is asked for: it is above plain ARMv8.0-A */
	guint64 addr; /* of that one */
} Words;

/* Looks in the files that the map leads to, and in those below its folders, in the order of the
 * map. *file: the first that holds them, as a path of this host; owned by the rig, never freed.
 * *offset: bytes, of the word that is asked for. */
gboolean places_find(const PathMap *map, const Words *words, const gchar **file, guint64 *offset);

#endif
