/*
 * history - revisions and what they were made from.
 *
 * A revision is a number, and each one's parents are smaller: older. In a list of versions each one
 * has the one before as its only parent.
 */
#ifndef SEARCH_HISTORY_H
#define SEARCH_HISTORY_H

#include <glib.h>

typedef struct History History;

History *history_new(guint count);
void history_free(History *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(History, history_free)

/* The first parent of a revision is to be added first. */
void history_add_parent(History *self, guint revision, guint parent);

/* Makes a list of it. */
void history_chain(History *self);

guint history_count(const History *self);

/* NULL where there is none. */
const guint *history_parents(const History *self, guint revision, guint *count);

/* Sets of revisions are arrays of a byte for each. Adds the revision and all its ancestors. */
void history_add_ancestors(const History *self, guint revision, guint8 *set);

/* The revision in the set, but for those that are left out, whose ancestors in the set, itself
 * among them, are most nearly half of it; of equal ones the newest. FALSE where there is none. */
gboolean history_middle(const History *self, const guint8 *set, const guint8 *left_out,
			guint *revision);

#endif
