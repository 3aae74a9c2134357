/* The search, with tests that are injected: every place of a change, skips, merges, repeats. */
#include "search/bisect.h"

typedef struct {
	guint count;
	gint first, fixed; /* bad from here on, and good again; -1: never */
	guint skip_from, skip_to;
	const guint8 *bad; /* instead of first and fixed */
	guint fails;       /* the test with this number fails */
	gint made;         /* atomic */
	guint8 judged[1000];
	GRand *flaky;
	guint8 settled[1000]; /* a BisectVerdict */
} World;

static gboolean test(guint revision, BisectVerdict *verdict, gpointer data, GError **error)
{
	World *world = data;
	guint number = (guint)g_atomic_int_add(&world->made, 1) + 1;
	gboolean bad = world->bad ? world->bad[revision]
				  : world->first >= 0 && (gint)revision >= world->first &&
					    (world->fixed < 0 || (gint)revision < world->fixed);

	if (world->fails == number) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "no room");
		return FALSE;
	}
	if (revision < G_N_ELEMENTS(world->judged) && !world->flaky)
		g_assert_cmpuint(world->judged[revision]++, ==, 0);
	if (world->flaky && g_rand_int_range(world->flaky, 0, 10) == 0)
		bad = !bad;
	*verdict = revision >= world->skip_from && revision < world->skip_to ? BISECT_SKIP
		   : bad                                                     ? BISECT_BAD
									     : BISECT_GOOD;
	return TRUE;
}

static History *list_new(guint count)
{
	History *history = history_new(count);

	history_chain(history);
	return history;
}

static Bisect *start(World *world, const History *history, guint jobs)
{
	const BisectRequest request = {
		.history = history, .test = test, .data = world, .jobs = jobs, .repeat = 1};

	return bisect_new(&request);
}

static guint steps_of(guint count)
{
	guint steps = 0;

	while ((1u << steps) < count)
		steps++;
	return steps;
}

/* Wherever the change is, in either direction. */
static void test_list(void)
{
	for (guint count = 2; count <= 70; count++)
		for (guint first = 1; first < count; first++)
			for (guint back = 0; back < 2; back++) {
				World world = {.first = back ? 0 : (gint)first,
					       .fixed = back ? (gint)first : -1};
				g_autoptr(History) history = list_new(count);
				g_autoptr(Bisect) bisect = start(&world, history, 1);
				BisectChange *change = bisect_between(bisect, 0, count - 1, NULL);

				g_assert_cmpuint(change->first, ==, first);
				g_assert_cmpuint(change->before, ==, first - 1);
				g_assert_cmpint(change->to, ==, back ? BISECT_GOOD : BISECT_BAD);
				g_assert_null(change->suspects);
				g_assert_cmpuint(bisect_tests(bisect), <=, steps_of(count) + 2);
				bisect_change_free(change);
			}
}

static void test_several_at_once(void)
{
	for (guint first = 1; first < 300; first += 7) {
		World world = {.first = (gint)first, .fixed = -1};
		g_autoptr(History) history = list_new(300);
		g_autoptr(Bisect) bisect = start(&world, history, 4);
		BisectChange *change = bisect_between(bisect, 0, 299, NULL);

		g_assert_cmpuint(change->first, ==, first);
		bisect_change_free(change);
	}
}

static void test_skips(void)
{
	World world = {.first = 150, .fixed = -1, .skip_from = 60, .skip_to = 110};
	World around = {.first = 80, .fixed = -1, .skip_from = 60, .skip_to = 110};
	g_autoptr(History) history = list_new(200);
	g_autoptr(Bisect) beside = start(&world, history, 1);
	g_autoptr(Bisect) within = start(&around, history, 1);
	BisectChange *change = bisect_between(beside, 0, 199, NULL);

	g_assert_cmpuint(change->first, ==, 150);
	g_assert_null(change->suspects);
	g_assert_cmpuint(bisect_tests(beside), <=, steps_of(200) + 2 + 3);
	bisect_change_free(change);
	change = bisect_between(within, 0, 199, NULL);
	g_assert_cmpuint(change->first, ==, 110);
	g_assert_cmpuint(change->before, ==, 59);
	g_assert_cmpuint(change->suspects->len, ==, 51);
	g_assert_cmpuint(g_array_index(change->suspects, guint, 0), ==, 60);
	bisect_change_free(change);
}

/* A random history with merges, in which one revision and all that come of it are bad. */
static void test_merges(void)
{
	enum { COUNT = 60, ROUNDS = 400 };
	g_autoptr(GRand) rand = g_rand_new_with_seed(64);

	for (guint round = 0; round < ROUNDS; round++) {
		g_autoptr(History) history = history_new(COUNT);
		guint8 bad[COUNT] = {0};
		guint first = (guint)g_rand_int_range(rand, 1, COUNT);
		World world = {.bad = bad};
		g_autoptr(Bisect) bisect = start(&world, history, 1 + round % 3);
		guint8 ancestors[COUNT] = {0};
		BisectChange *change;

		for (guint i = 1; i < COUNT; i++) {
			guint low = i > 6 ? i - 6 : 0;
			guint one = (guint)g_rand_int_range(rand, (gint)low, (gint)i);
			guint two = (guint)g_rand_int_range(rand, (gint)low, (gint)i);

			history_add_parent(history, i, one);
			bad[i] = i == first || bad[one];
			if (two == one || g_rand_boolean(rand))
				continue;
			history_add_parent(history, i, two);
			bad[i] = bad[i] || bad[two];
		}
		history_add_ancestors(history, COUNT - 1, ancestors);
		if (!ancestors[first])
			continue;
		change = bisect_between(bisect, 0, COUNT - 1, NULL);
		g_assert_cmpuint(change->first, ==, first);
		g_assert_false(bad[change->before]);
		bisect_change_free(change);
	}
}

static void test_all(void)
{
	enum { COUNT = 40 };
	guint8 bad[COUNT] = {0};
	World world = {.bad = bad, .skip_from = 30, .skip_to = 32};
	g_autoptr(History) history = list_new(COUNT);
	g_autoptr(Bisect) bisect = start(&world, history, 3);
	static const guint changes[] = {7, 8, 20, 29, 39};
	g_autoptr(GPtrArray) found = NULL;

	bad[7] = bad[39] = 1;
	for (guint i = 20; i < 29; i++)
		bad[i] = 1;
	found = bisect_all(bisect, 0, NULL);
	g_assert_cmpuint(found->len, ==, G_N_ELEMENTS(changes));
	for (guint i = 0; i < found->len; i++) {
		const BisectChange *change = g_ptr_array_index(found, i);

		g_assert_cmpuint(change->first, ==, changes[i]);
		g_assert_cmpint(change->to, ==, i % 2 ? BISECT_GOOD : BISECT_BAD);
	}
	g_assert_cmpuint(bisect_tests(bisect), ==, COUNT);
}

static void test_probes(void)
{
	World world = {.first = 500, .fixed = 700};
	g_autoptr(History) history = list_new(1000);
	g_autoptr(Bisect) bisect = start(&world, history, 1);
	g_autoptr(GPtrArray) found = bisect_all(bisect, 20, NULL);

	g_assert_cmpuint(found->len, ==, 2);
	g_assert_cmpuint(((BisectChange *)g_ptr_array_index(found, 0))->first, ==, 500);
	g_assert_cmpuint(((BisectChange *)g_ptr_array_index(found, 1))->first, ==, 700);
	g_assert_cmpuint(bisect_tests(bisect), <=, 20 + 2 * 7);
}

static void test_known(void)
{
	World world = {.first = 50, .fixed = -1};
	g_autoptr(History) history = list_new(100);
	g_autoptr(Bisect) bisect = start(&world, history, 1);
	BisectChange *change;

	for (guint i = 0; i < 100; i++)
		bisect_know(bisect, i, i < 50 ? BISECT_GOOD : BISECT_BAD);
	change = bisect_between(bisect, 0, 99, NULL);
	g_assert_cmpuint(change->first, ==, 50);
	g_assert_cmpuint(bisect_tests(bisect), ==, 0);
	bisect_change_free(change);
}

static gboolean settle(guint revision, BisectVerdict verdict, gpointer data, GError **error)
{
	World *world = data;

	g_assert_no_error(*error);
	g_assert_cmpuint(world->settled[revision], ==, 0);
	world->settled[revision] = (guint8)verdict;
	return TRUE;
}

static void test_flaky(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(7);
	World world = {.first = 77, .fixed = -1, .flaky = rand};
	g_autoptr(History) history = list_new(100);
	const BisectRequest request = {.history = history,
				       .test = test,
				       .settled = settle,
				       .data = &world,
				       .jobs = 1,
				       .repeat = 9};
	g_autoptr(Bisect) bisect = bisect_new(&request);
	BisectChange *change = bisect_between(bisect, 0, 99, NULL);

	g_assert_cmpuint(change->first, ==, 77);
	for (guint i = 0; i < 100; i++)
		g_assert_cmpuint(world.settled[i], ==, bisect_known(bisect, i));
	g_assert_cmpfloat(bisect_agreement(bisect), >, 0.7);
	g_assert_cmpfloat(bisect_agreement(bisect), <, 1);
	bisect_change_free(change);
}

static void test_ends(void)
{
	World good = {.first = -1}, failing = {.first = 5, .fixed = -1, .fails = 4};
	World skipped = {.first = -1, .skip_from = 0, .skip_to = 10};
	g_autoptr(History) history = list_new(10);
	g_autoptr(Bisect) same = start(&good, history, 1);
	g_autoptr(Bisect) broken = start(&failing, history, 1);
	g_autoptr(Bisect) nothing = start(&skipped, history, 1);
	g_autoptr(GCancellable) cancellable = g_cancellable_new();
	const BisectRequest request = {.history = history,
				       .test = test,
				       .data = &good,
				       .jobs = 1,
				       .repeat = 1,
				       .cancellable = cancellable};
	g_autoptr(Bisect) cancelled = bisect_new(&request);
	g_autoptr(GError) error = NULL;

	g_assert_null(bisect_between(same, 0, 9, &error));
	g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
	g_assert_cmpstr(error->message, ==, "both ends are good");
	g_clear_error(&error);
	g_assert_null(bisect_between(broken, 0, 9, &error));
	g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
	g_clear_error(&error);
	g_assert_null(bisect_all(nothing, 0, &error));
	g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
	g_clear_error(&error);
	g_cancellable_cancel(cancellable);
	g_assert_null(bisect_between(cancelled, 0, 9, &error));
	g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void test_large(void)
{
	World world = {.first = 12345, .fixed = -1};
	g_autoptr(History) history = list_new(20000);
	g_autoptr(Bisect) bisect = start(&world, history, 1);
	BisectChange *change = bisect_between(bisect, 0, 19999, NULL);

	g_assert_cmpuint(change->first, ==, 12345);
	g_assert_cmpuint(bisect_tests(bisect), <=, 17);
	bisect_change_free(change);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/bisect/list", test_list);
	g_test_add_func("/bisect/several-at-once", test_several_at_once);
	g_test_add_func("/bisect/skips", test_skips);
	g_test_add_func("/bisect/merges", test_merges);
	g_test_add_func("/bisect/all", test_all);
	g_test_add_func("/bisect/probes", test_probes);
	g_test_add_func("/bisect/known", test_known);
	g_test_add_func("/bisect/flaky", test_flaky);
	g_test_add_func("/bisect/ends", test_ends);
	g_test_add_func("/bisect/large", test_large);
	return g_test_run();
}
