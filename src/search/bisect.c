#include "search/bisect.h"

#include <string.h>

struct Bisect {
	BisectRequest request;
	guint count;
	GMutex mutex;   /* guards what follows */
	guint8 *known;  /* a BisectVerdict for each revision */
	guint tests;    /* that were made */
	guint repeated; /* of them those of revisions that were judged several times */
	guint agreed;   /* of these those that said what was taken */
	GError *error;  /* the first, while several are judged */
};

const gchar *bisect_name(BisectVerdict verdict)
{
	static const gchar *const names[] = {"unknown", "good", "bad", "skip"};

	return names[verdict];
}

Bisect *bisect_new(const BisectRequest *request)
{
	Bisect *self = g_new0(Bisect, 1);

	self->request = *request;
	self->count = history_count(request->history);
	self->known = g_malloc0(self->count);
	g_mutex_init(&self->mutex);
	return self;
}

void bisect_free(Bisect *self)
{
	if (!self)
		return;
	g_mutex_clear(&self->mutex);
	g_clear_error(&self->error);
	g_free(self->known);
	g_free(self);
}

void bisect_know(Bisect *self, guint revision, BisectVerdict verdict)
{
	self->known[revision] = (guint8)verdict;
}

BisectVerdict bisect_known(const Bisect *self, guint revision)
{
	return self->known[revision];
}

guint bisect_tests(const Bisect *self)
{
	return self->tests;
}

gdouble bisect_agreement(const Bisect *self)
{
	return self->repeated ? (gdouble)self->agreed / self->repeated : 1;
}

void bisect_change_free(BisectChange *change)
{
	if (!change)
		return;
	if (change->suspects)
		g_array_unref(change->suspects);
	g_free(change);
}

/* --- tests --- */

static BisectVerdict most(const guint *votes)
{
	BisectVerdict best = BISECT_SKIP;

	for (BisectVerdict verdict = BISECT_GOOD; verdict <= BISECT_SKIP; verdict++)
		if (votes[verdict] > votes[best])
			best = verdict;
	return best;
}

/* As often as asked for, but not once more than it takes to decide. */
static gboolean vote(Bisect *self, guint revision, guint *votes, GError **error)
{
	guint repeat = self->request.repeat;

	for (guint i = 0; i < repeat; i++) {
		BisectVerdict verdict = BISECT_SKIP;

		if (g_cancellable_set_error_if_cancelled(self->request.cancellable, error) ||
		    !self->request.test(revision, &verdict, self->request.data, error))
			return FALSE;
		votes[verdict]++;
		if (verdict == BISECT_SKIP || votes[verdict] > repeat / 2)
			break;
	}
	return TRUE;
}

static void judge(gpointer item, gpointer data)
{
	Bisect *self = data;
	guint revision = GPOINTER_TO_UINT(item) - 1;
	guint votes[BISECT_SKIP + 1] = {0};
	g_autoptr(GError) error = NULL;
	gboolean well = vote(self, revision, votes, &error);
	guint all = votes[BISECT_GOOD] + votes[BISECT_BAD] + votes[BISECT_SKIP];

	if (well && self->request.settled)
		well = self->request.settled(revision, most(votes), self->request.data, &error);
	g_mutex_lock(&self->mutex);
	self->tests++;
	if (well)
		self->known[revision] = (guint8)most(votes);
	if (well && all > 1) {
		self->repeated += all;
		self->agreed += votes[most(votes)];
	}
	if (!well && !self->error)
		self->error = g_steal_pointer(&error);
	g_mutex_unlock(&self->mutex);
}

static gboolean take_error(Bisect *self, GError **error)
{
	if (!self->error)
		return TRUE;
	g_propagate_error(error, g_steal_pointer(&self->error));
	return FALSE;
}

gboolean bisect_judge(Bisect *self, guint revision, BisectVerdict *verdict, GError **error)
{
	judge(GUINT_TO_POINTER(revision + 1), self);
	*verdict = self->known[revision];
	return take_error(self, error);
}

/* Those of the revisions that are not known, several at once. */
static gboolean judge_all(Bisect *self, const GArray *revisions, GError **error)
{
	GThreadPool *pool = g_thread_pool_new(judge, self, (gint)self->request.jobs, FALSE, NULL);

	for (guint i = 0; i < revisions->len; i++) {
		guint revision = g_array_index(revisions, guint, i);

		if (!self->known[revision])
			g_thread_pool_push(pool, GUINT_TO_POINTER(revision + 1), NULL);
	}
	g_thread_pool_free(pool, FALSE, TRUE);
	return take_error(self, error);
}

static gboolean judge_two(Bisect *self, guint a, guint b, GError **error)
{
	g_autoptr(GArray) both = g_array_new(FALSE, FALSE, sizeof(guint));

	g_array_append_val(both, a);
	if (b != a)
		g_array_append_val(both, b);
	return judge_all(self, both, error);
}

static void tell(const Bisect *self, guint left)
{
	guint steps = 0;

	for (guint half = left; half > 1; half = (half + 1) / 2)
		steps++;
	if (self->request.progress)
		self->request.progress(left, steps, self->request.data);
}

/* --- between two --- */

static guint set_count(const Bisect *self, const guint8 *set)
{
	guint count = 0;

	for (guint i = 0; i < self->count; i++)
		count += set[i];
	return count;
}

/* What is left of the set where the revision has the new verdict; else where it has the old one. */
static guint8 *narrowed(const Bisect *self, const guint8 *set, guint revision, gboolean new)
{
	g_autofree guint8 *ancestors = g_malloc0(self->count);
	guint8 *left = g_memdup2(set, self->count);

	history_add_ancestors(self->request.history, revision, ancestors);
	for (guint i = 0; i < self->count; i++)
		left[i] = set[i] && !ancestors[i] == !new;
	return left;
}

/* Skipped ones, as many on each side of them, and the newest, whose verdict is known. */
static guint8 *left_out(const Bisect *self, guint newest, guint beside)
{
	guint8 *out = g_malloc0(self->count);

	for (guint i = 0; i < self->count; i++) {
		guint from = i > beside ? i - beside : 0, to = MIN(i + beside, self->count - 1);

		if (self->known[i] == BISECT_SKIP)
			memset(out + from, 1, to - from + 1);
	}
	out[newest] = 1;
	return out;
}

/* What cannot be judged comes in rows: the more of it there is, the farther off the next one. */
static gboolean find_middle(const Bisect *self, const guint8 *set, guint newest, guint *middle)
{
	enum { PART = 32 };
	guint skipped = 0, count = 0, beside;

	for (guint i = 0; i < self->count; i++) {
		count += set[i];
		skipped += set[i] && self->known[i] == BISECT_SKIP;
	}
	for (beside = count * MIN(skipped, PART) / PART;; beside = beside / 2) {
		g_autofree guint8 *out = left_out(self, newest, beside);

		if (history_middle(self->request.history, set, out, middle))
			return TRUE;
		if (!beside)
			return FALSE;
	}
}

static guint newest_of(const Bisect *self, const guint8 *set)
{
	guint newest = 0;

	for (guint i = 0; i < self->count; i++)
		if (set[i])
			newest = i;
	return newest;
}

/* The middle, and as far as there are jobs those that would be next. FALSE: there is none. */
static gboolean choose(const Bisect *self, const guint8 *set, guint newest, GArray *chosen)
{
	g_autoptr(GPtrArray) sets = g_ptr_array_new_with_free_func(g_free);

	g_ptr_array_add(sets, g_memdup2(set, self->count));
	for (guint i = 0; i < sets->len && chosen->len < self->request.jobs; i++) {
		const guint8 *each = g_ptr_array_index(sets, i);
		guint middle;

		if (!find_middle(self, each, i ? newest_of(self, each) : newest, &middle))
			continue;
		g_array_append_val(chosen, middle);
		g_ptr_array_add(sets, narrowed(self, each, middle, TRUE));
		g_ptr_array_add(sets, narrowed(self, each, middle, FALSE));
	}
	return chosen->len > 0;
}

static void add_suspects(const Bisect *self, const guint8 *set, BisectChange *change)
{
	change->suspects = g_array_new(FALSE, FALSE, sizeof(guint));
	for (guint i = 0; i < self->count; i++)
		if (set[i])
			g_array_append_val(change->suspects, i);
}

/* Of its parents one with the old verdict, which need not be the last that was judged. */
static guint before(const Bisect *self, guint first, guint last)
{
	guint count;
	const guint *parents = history_parents(self->request.history, first, &count);

	for (guint i = 0; i < count; i++)
		if (self->known[parents[i]] == self->known[last])
			return parents[i];
	return last;
}

/* Takes what is known of the middle, and returns what is then left. */
static guint8 *step(Bisect *self, guint8 *set, guint middle, BisectVerdict to, guint *last,
		    guint *newest)
{
	gboolean new = self->known[middle] == to;
	guint8 *left = NULL;

	if (self->known[middle] == BISECT_SKIP)
		return set;
	left = narrowed(self, set, middle, new);
	g_free(set);
	if (new)
		*newest = middle;
	else
		*last = middle;
	return left;
}

static gboolean differ(const Bisect *self, guint from, guint to, GError **error)
{
	BisectVerdict old = self->known[from], new = self->known[to];

	if (old != new &&old != BISECT_SKIP &&new != BISECT_SKIP)
		return TRUE;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
		    old == new ? "both ends are %s" : "an end cannot be judged: they are %s and %s",
		    bisect_name(old), bisect_name(new));
	return FALSE;
}

BisectChange *bisect_between(Bisect *self, guint from, guint to, GError **error)
{
	g_autofree guint8 *set = g_malloc0(self->count);
	BisectChange *change;
	guint newest = to, last = from;

	if (!judge_two(self, from, to, error) || !differ(self, from, to, error))
		return NULL;
	history_add_ancestors(self->request.history, to, set);
	set = step(self, set, from, self->known[to], &last, &newest);
	while (set_count(self, set) > 1) {
		g_autoptr(GArray) chosen = g_array_new(FALSE, FALSE, sizeof(guint));

		if (!choose(self, set, newest, chosen))
			break;
		tell(self, set_count(self, set));
		if (!judge_all(self, chosen, error))
			return NULL;
		set = step(self, set, g_array_index(chosen, guint, 0), self->known[to], &last,
			   &newest);
	}
	change = g_new0(BisectChange, 1);
	change->first = newest;
	change->before = before(self, newest, last);
	change->to = self->known[to];
	if (set_count(self, set) > 1)
		add_suspects(self, set, change);
	return change;
}

/* --- all of it --- */

/* The newest first. */
static GArray *first_parents(const Bisect *self)
{
	GArray *line = g_array_new(FALSE, FALSE, sizeof(guint));
	guint revision = self->count - 1, count = 1;

	while (count) {
		const guint *parents;

		g_array_append_val(line, revision);
		parents = history_parents(self->request.history, revision, &count);
		if (count)
			revision = parents[0];
	}
	return line;
}

/* The middle of the widest gap between those that are taken. FALSE: there is no gap. */
static gboolean next_probe(const guint8 *taken, guint count, guint *probe)
{
	guint widest = 1, last = 0;

	for (guint i = 1; i < count; i++) {
		if (!taken[i])
			continue;
		if (i - last > widest) {
			widest = i - last;
			*probe = last + widest / 2;
		}
		last = i;
	}
	return widest > 1;
}

static gboolean probe_all(Bisect *self, const GArray *line, guint probes, GError **error)
{
	g_autofree guint8 *taken = g_malloc0(line->len);
	guint all = probes ? MIN(probes, line->len) : line->len, made = MIN(line->len, 2);

	if (!judge_two(self, g_array_index(line, guint, 0),
		       g_array_index(line, guint, line->len - 1), error))
		return FALSE;
	taken[0] = taken[line->len - 1] = 1;
	while (made < all) {
		g_autoptr(GArray) chosen = g_array_new(FALSE, FALSE, sizeof(guint));
		guint probe = 0;

		while (chosen->len < self->request.jobs && made < all &&
		       next_probe(taken, line->len, &probe)) {
			taken[probe] = 1;
			made++;
			g_array_append_val(chosen, g_array_index(line, guint, probe));
		}
		if (self->request.progress)
			self->request.progress(all - made + chosen->len, all - made + chosen->len,
					       self->request.data);
		if (!judge_all(self, chosen, error))
			return FALSE;
	}
	return TRUE;
}

GPtrArray *bisect_all(Bisect *self, guint probes, GError **error)
{
	g_autoptr(GArray) line = first_parents(self);
	g_autoptr(GPtrArray) changes =
		g_ptr_array_new_with_free_func((GDestroyNotify)bisect_change_free);
	gint last = -1;

	if (!probe_all(self, line, probes, error))
		return NULL;
	for (guint i = line->len; i-- > 0;) {
		guint revision = g_array_index(line, guint, i);
		BisectVerdict verdict = self->known[revision];
		BisectChange *change;

		if (verdict != BISECT_GOOD && verdict != BISECT_BAD)
			continue;
		if (last >= 0 && self->known[last] != verdict) {
			change = bisect_between(self, (guint)last, revision, error);
			if (!change)
				return NULL;
			g_ptr_array_add(changes, change);
		}
		last = (gint)revision;
	}
	if (last >= 0)
		return g_steal_pointer(&changes);
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "none of them can be judged");
	return NULL;
}
