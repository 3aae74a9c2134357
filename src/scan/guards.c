#include "scan/guards.h"

#include "scan/flow.h"

/* Tests within tests that are looked at. */
enum { NESTED = 8 };

typedef struct {
	guint64 tested;
	guint32 outer;
	guint32 other_way;
} Guard;

typedef struct {
	guint64 function, place, value;
} Store;

typedef struct {
	guint64 function, callee;
} Call;

struct Guards {
	GArray *list;        /* of Guard; the first two are none and the chooser's */
	GHashTable *numbers; /* Guard -> number */
	GArray *stores, *calls;
	GHashTable *asking;    /* functions that ask the CPU, or call one that does */
	GHashTable *variables; /* that hold what they found */
};

static guint guard_hash(gconstpointer key)
{
	const Guard *guard = key;

	return (guint)(guard->tested ^ guard->tested >> 29) * 31 + guard->outer * 7 +
	       guard->other_way;
}

static gboolean guard_equal(gconstpointer a, gconstpointer b)
{
	const Guard *x = a, *y = b;

	return x->tested == y->tested && x->outer == y->outer && x->other_way == y->other_way;
}

static GHashTable *set_new(void)
{
	return g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
}

static gboolean set_has(GHashTable *set, guint64 number)
{
	return g_hash_table_contains(set, &number);
}

static gboolean set_add(GHashTable *set, guint64 number)
{
	guint64 *key = g_new(guint64, 1);

	*key = number;
	return g_hash_table_add(set, key);
}

Guards *guards_new(void)
{
	Guards *self = g_new0(Guards, 1);

	self->list = g_array_new(FALSE, TRUE, sizeof(Guard));
	g_array_set_size(self->list, 2);
	self->numbers = g_hash_table_new_full(guard_hash, guard_equal, g_free, NULL);
	self->stores = g_array_new(FALSE, FALSE, sizeof(Store));
	self->calls = g_array_new(FALSE, FALSE, sizeof(Call));
	self->asking = set_new();
	self->variables = set_new();
	return self;
}

void guards_free(Guards *self)
{
	if (!self)
		return;
	g_array_unref(self->list);
	g_hash_table_unref(self->numbers);
	g_array_unref(self->stores);
	g_array_unref(self->calls);
	g_hash_table_unref(self->asking);
	g_hash_table_unref(self->variables);
	g_free(self);
}

static gboolean is_within(const Guards *self, guint32 number, const Guard *guard)
{
	for (guint i = 0; number > GUARDS_CHOOSER; i++) {
		const Guard *at = &g_array_index(self->list, Guard, number);

		if (i == NESTED ||
		    (at->tested == guard->tested && at->other_way == guard->other_way))
			return TRUE;
		number = at->outer;
	}
	return FALSE;
}

guint32 guards_add(Guards *self, guint32 outer, guint64 tested, gboolean other_way)
{
	Guard guard = {tested, outer, other_way};
	gpointer found;

	if (outer == GUARDS_CHOOSER || is_within(self, outer, &guard))
		return outer;
	found = g_hash_table_lookup(self->numbers, &guard);
	if (found)
		return GPOINTER_TO_UINT(found);
	if (self->list->len > GUARDS_MOST)
		return outer;
	g_array_append_val(self->list, guard);
	g_hash_table_insert(self->numbers, g_memdup2(&guard, sizeof(guard)),
			    GUINT_TO_POINTER(self->list->len - 1));
	return self->list->len - 1;
}

void guards_asks(Guards *self, guint64 function)
{
	set_add(self->asking, function);
}

void guards_calls(Guards *self, guint64 function, guint64 callee)
{
	Call call = {function, callee};

	g_array_append_val(self->calls, call);
}

void guards_stores(Guards *self, guint64 function, guint64 place, guint64 value)
{
	Store store = {function, place, value};

	g_array_append_val(self->stores, store);
}

/* Whoever calls one that asks, and hands on what it says: twice removed, no more. */
static void settle_callers(Guards *self)
{
	for (guint round = 0; round < 2; round++) {
		g_autoptr(GArray) callers = g_array_new(FALSE, FALSE, sizeof(guint64));

		for (guint i = 0; i < self->calls->len; i++) {
			const Call *call = &g_array_index(self->calls, Call, i);

			if (set_has(self->asking, call->callee))
				g_array_append_val(callers, call->function);
		}
		for (guint i = 0; i < callers->len; i++)
			set_add(self->asking, g_array_index(callers, guint64, i));
	}
}

static gboolean is_answer(const Guards *self, guint64 value)
{
	switch (KNOWN_KIND(value)) {
	case KNOWN_CPU:
	case KNOWN_FRAME:
		return TRUE;
	case KNOWN_RESULT:
		return set_has(self->asking, KNOWN_ADDR(value));
	case KNOWN_VARIABLE:
		return set_has(self->variables, KNOWN_ADDR(value));
	default:
		return FALSE;
	}
}

void guards_settle(Guards *self)
{
	g_autoptr(GHashTable) first = set_new();
	GHashTableIter iter;
	gpointer key;

	g_hash_table_iter_init(&iter, self->asking);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		set_add(first, *(guint64 *)key);
	settle_callers(self);
	for (guint round = 0; round < 2; round++)
		for (guint i = 0; i < self->stores->len; i++) {
			const Store *store = &g_array_index(self->stores, Store, i);

			if (set_has(first, store->function) || is_answer(self, store->value))
				set_add(self->variables, KNOWN_ADDR(store->place));
		}
}

static Proof proof_of(const Guards *self, const Guard *guard)
{
	static const ProofKind proofs[] = {[KNOWN_VARIABLE] = PROOF_VARIABLE,
					   [KNOWN_RESULT] = PROOF_RESULT,
					   [KNOWN_FRAME] = PROOF_FRAME,
					   [KNOWN_CPU] = PROOF_CPU};
	Proof proof = {PROOF_NONE, KNOWN_ADDR(guard->tested)};

	if (is_answer(self, guard->tested))
		proof.kind = proofs[KNOWN_KIND(guard->tested)];
	else if (guard->other_way)
		proof.kind = PROOF_OTHER_WAY;
	return proof;
}

Proof guards_proof(const Guards *self, guint32 number)
{
	Proof first = {PROOF_NONE, 0};

	if (number == GUARDS_CHOOSER)
		first.kind = PROOF_CHOOSER;
	for (guint i = 0; number > GUARDS_CHOOSER && number < self->list->len; i++) {
		const Guard *guard = &g_array_index(self->list, Guard, number);
		Proof proof = proof_of(self, guard);

		if (proof.kind != PROOF_NONE)
			return proof;
		if (!i)
			first = proof;
		number = guard->outer;
	}
	return first;
}
