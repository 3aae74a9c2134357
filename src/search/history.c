#include "search/history.h"

#include <string.h>

struct History {
	guint count;
	GArray **parents; /* of each revision, of guint; NULL: none */
};

History *history_new(guint count)
{
	History *self = g_new0(History, 1);

	self->count = count;
	self->parents = g_new0(GArray *, count);
	return self;
}

void history_free(History *self)
{
	if (!self)
		return;
	for (guint i = 0; i < self->count; i++)
		if (self->parents[i])
			g_array_unref(self->parents[i]);
	g_free(self->parents);
	g_free(self);
}

void history_add_parent(History *self, guint revision, guint parent)
{
	g_assert(parent < revision && revision < self->count);
	if (!self->parents[revision])
		self->parents[revision] = g_array_new(FALSE, FALSE, sizeof(guint));
	g_array_append_val(self->parents[revision], parent);
}

void history_chain(History *self)
{
	for (guint i = 1; i < self->count; i++)
		history_add_parent(self, i, i - 1);
}

guint history_count(const History *self)
{
	return self->count;
}

const guint *history_parents(const History *self, guint revision, guint *count)
{
	const GArray *parents = self->parents[revision];

	*count = parents ? parents->len : 0;
	return parents ? (const guint *)(gpointer)parents->data : NULL;
}

/* Parents are smaller, so one pass downwards meets all. */
void history_add_ancestors(const History *self, guint revision, guint8 *set)
{
	g_autofree guint8 *reached = g_malloc0(self->count);

	reached[revision] = 1;
	for (guint i = revision + 1; i-- > 0;) {
		guint count;
		const guint *parents = history_parents(self, i, &count);

		if (!reached[i])
			continue;
		set[i] = 1;
		for (guint p = 0; p < count; p++)
			reached[parents[p]] = 1;
	}
}

static guint count_ancestors(const History *self, const guint8 *set, guint revision)
{
	g_autofree guint8 *found = g_malloc0(self->count);
	guint all = 0;

	history_add_ancestors(self, revision, found);
	for (guint i = 0; i <= revision; i++)
		all += found[i] && set[i];
	return all;
}

/* Only a merge has to be walked: below any other revision lies one more than below its parent. */
static guint *count_all(const History *self, const guint8 *set)
{
	guint *counts = g_new0(guint, self->count);

	for (guint i = 0; i < self->count; i++) {
		guint count, inside = 0, last = 0;
		const guint *parents = history_parents(self, i, &count);

		for (guint p = 0; p < count; p++)
			if (set[parents[p]]) {
				inside++;
				last = parents[p];
			}
		if (set[i])
			counts[i] = inside > 1    ? count_ancestors(self, set, i)
				    : inside == 1 ? counts[last] + 1
						  : 1;
	}
	return counts;
}

gboolean history_middle(const History *self, const guint8 *set, const guint8 *left_out,
			guint *revision)
{
	g_autofree guint *counts = count_all(self, set);
	guint all = 0, best = 0;

	for (guint i = 0; i < self->count; i++)
		all += set[i];
	for (guint i = 0; i < self->count; i++) {
		guint worth = MIN(counts[i], all - MIN(counts[i], all));

		if (!set[i] || left_out[i] || worth < best)
			continue;
		best = worth;
		*revision = i;
	}
	return best > 0;
}
