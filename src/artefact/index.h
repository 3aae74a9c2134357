/*
 * index - which integrity every word has that was fetched, and who is fetching one.
 *
 * The entry of a word is the file index/WORD below the folder of packages. Who fetches holds its
 * lock, and then also owns the folder .new-WORD.
 */
#ifndef ARTEFACT_INDEX_H
#define ARTEFACT_INDEX_H

#include "artefact/word.h"
#include "base/lock.h"

/* NULL where nothing is known. Caller frees. */
gchar *index_find(const gchar *packages, const Word *word);

typedef struct {
	int lock;      /* the entry, open */
	gchar *path;   /* its own */
	gchar *folder; /* empty, to make things in */
} Slot;

/* Waits for who fetches the same. What killed rigs have left is removed. Error: (rig), or
 * cancelled. */
Slot *slot_new(const gchar *packages, const Word *word, LockWaits waits, gpointer data,
	       GCancellable *cancellable, GError **error);

/* Error (rig). */
gboolean slot_remember(const Slot *slot, const gchar *integrity, GError **error);

/* Removes the folder with all in it, and an entry that says nothing. */
void slot_free(Slot *slot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Slot, slot_free)

#endif
