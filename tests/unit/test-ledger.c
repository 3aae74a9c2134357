/* What is kept of versions, and in which order they come. */
#include <glib/gstdio.h>

#include "artefact/npm.h"
#include "base/tree.h"
#include "check/ledger.h"

static gchar *folder;

static void test_kept(void)
{
	g_autoptr(Judged) judged = judged_new(BISECT_BAD, "a reason with \"quotes\"\nand a line");
	g_autoptr(Judged) read = NULL;
	GError *error = NULL;

	judged->repeat = 7;
	judged->instruction = g_strdup("f8e80128  ldaddal x8, x8, [x9]");
	judged->advice = g_strdup("one\n  two\n");
	g_hash_table_insert(judged->counts, g_strdup("bare FEAT_LSE in a [b] = c"),
			    GUINT_TO_POINTER(12));
	g_assert_true(ledger_write(folder, "1.0/../x", judged, &error));
	g_assert_no_error(error);
	read = ledger_read(folder, "1.0/../x");
	g_assert_nonnull(read);
	g_assert_cmpint(read->verdict, ==, BISECT_BAD);
	g_assert_cmpuint(read->repeat, ==, 7);
	g_assert_cmpstr(read->reason, ==, judged->reason);
	g_assert_cmpstr(read->instruction, ==, judged->instruction);
	g_assert_cmpstr(read->advice, ==, judged->advice);
	g_assert_null(read->culprit);
	g_assert_cmpuint(g_hash_table_size(read->counts), ==, 1);
	g_assert_cmpuint(
		GPOINTER_TO_UINT(g_hash_table_lookup(read->counts, "bare FEAT_LSE in a [b] = c")),
		==, 12);
}

/* What is damaged has not been judged. */
static void test_damaged(void)
{
	static const gchar *const texts[] = {"", "[version]\n", "[version]\nverdict=maybe\n",
					     "verdict=bad", "[version]\nverdict=unknown\n"};
	g_autofree gchar *path = g_build_filename(folder, "2.0", NULL);

	g_assert_null(ledger_read(folder, "none"));
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_assert_true(g_file_set_contents(path, texts[i], -1, NULL));
		g_assert_null(ledger_read(folder, "2.0"));
	}
}

static void test_unwritable(void)
{
	g_autoptr(Judged) judged = judged_new(BISECT_GOOD, NULL);
	g_autoptr(GError) error = NULL;

	g_assert_false(ledger_write("/nowhere/at/all", "1", judged, &error));
	g_assert_nonnull(error);
}

/* Semantic Versioning 2.0.0, 11, with its own example. */
static void test_order(void)
{
	static const gchar *const order[] = {
		"0.9.0",      "0.10.0",       "1.0.0-alpha",   "1.0.0-alpha.1", "1.0.0-alpha.beta",
		"1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",    "1.0.0",
		"1.0.1",      "2.0.0",        "10.0.0"};

	for (guint i = 0; i < G_N_ELEMENTS(order); i++)
		for (guint k = 0; k < G_N_ELEMENTS(order); k++) {
			gint seen = npm_version_compare(order[i], order[k]);

			g_assert_cmpint((seen > 0) - (seen < 0), ==, (i > k) - (i < k));
		}
}

int main(int argc, char **argv)
{
	int status;

	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("a64rig-ledger-XXXXXX", NULL);
	g_assert_nonnull(folder);
	g_test_add_func("/ledger/kept", test_kept);
	g_test_add_func("/ledger/damaged", test_damaged);
	g_test_add_func("/ledger/unwritable", test_unwritable);
	g_test_add_func("/ledger/order-of-versions", test_order);
	status = g_test_run();
	tree_remove(folder);
	g_free(folder);
	return status;
}
