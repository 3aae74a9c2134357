/*
 * The wire: orders as the guest reads them, pieces however they are cut, and what is no piece.
 */
#include <string.h>

#include "base/error.h"
#include "sys/wire.h"

#define BYTES(text) text, sizeof(text) - 1

static void test_order(void)
{
	static const gchar wanted[] = "order=run\0program=a/b\0arg=\0arg=x=y z\0limit=cpu=061\0";
	g_autoptr(GByteArray) order = order_new("run");

	order_add(order, "program", "a/b");
	order_add(order, "arg", "");
	order_add(order, "arg", "x=y z");
	order_print(order, "limit", "%s=%03d", "cpu", 61);
	order_close(order);
	g_assert_cmpmem(order->data, order->len, wanted, sizeof wanted);
}

/* "[name]content" for each piece. */
static gboolean note(const gchar *name, const guint8 *bytes, gsize length, gpointer data,
		     GError **error)
{
	GString *seen = data;

	(void)error;
	g_string_append_printf(seen, "[%s]", name);
	g_string_append_len(seen, (const gchar *)bytes, (gssize)length);
	return TRUE;
}

static const gchar pieces[] = "hwcaps 8\nfp asimdout 4\n\n9 \nerr 0\ncore:42 5\na\0b\n\0core:42 0\n"
			      "end 4\npong";
static const gchar noted[] = "[hwcaps]fp asimd[out]\n9 \n[err][core:42]a\0b\n\0[core:42][end]pong";

static void test_cut_once(void)
{
	for (gsize at = 0; at < sizeof pieces; at++) {
		g_autoptr(GString) seen = g_string_new(NULL);
		g_autoptr(Wire) wire = wire_new(note, seen);
		const guint8 *bytes = (const guint8 *)pieces;
		g_autoptr(GError) error = NULL;

		g_assert_true(wire_feed(wire, bytes, at, &error));
		g_assert_true(wire_feed(wire, bytes + at, sizeof pieces - 1 - at, &error));
		g_assert_no_error(error);
		g_assert_cmpmem(seen->str, seen->len, noted, sizeof noted - 1);
	}
}

static void test_cut_often(void)
{
	for (gsize step = 1; step < 12; step++) {
		g_autoptr(GString) seen = g_string_new(NULL);
		g_autoptr(Wire) wire = wire_new(note, seen);

		for (gsize at = 0; at < sizeof pieces - 1; at += step)
			g_assert_true(wire_feed(wire, (const guint8 *)pieces + at,
						MIN(step, sizeof pieces - 1 - at), NULL));
		g_assert_cmpmem(seen->str, seen->len, noted, sizeof noted - 1);
	}
}

/* What is complete is told before the rest is there. */
static void test_at_once(void)
{
	g_autoptr(GString) seen = g_string_new(NULL);
	g_autoptr(Wire) wire = wire_new(note, seen);

	g_assert_true(wire_feed(wire, (const guint8 *)BYTES("out 1\nxout 2\ny"), NULL));
	g_assert_cmpstr(seen->str, ==, "[out]x");
	g_assert_true(wire_feed(wire, (const guint8 *)BYTES("z"), NULL));
	g_assert_cmpstr(seen->str, ==, "[out]x[out]yz");
}

static void test_refused(void)
{
#define LONG "out 00000000000000000000000000000000000000000000000000000000000"
	static const struct {
		const gchar *bytes;
		gsize length;
	} refused[] = {
		{BYTES("\n")},
		{BYTES("out\n")},
		{BYTES("out \n")},
		{BYTES(" 3\nabc")},
		{BYTES("out -1\n")},
		{BYTES("out +1\nx")},
		{BYTES("out 0x1\nx")},
		{BYTES("out 1 \nx")},
		{BYTES("out  1\nx")},
		{BYTES("out 1\r\nx")},
		{BYTES("out 1 2\nx")},
		{BYTES("out one\nx")},
		{BYTES("out\0 1\nx")},
		{BYTES("out 1\0\nx")},
		{BYTES("o\033ut 1\nx")},
		{BYTES("../out 1\nx")},
		{BYTES("\377 1\nx")},
		{BYTES("out 1048577\n")},
		{BYTES("out 18446744073709551616\n")},
		{BYTES("out 99999999999999999999999999\n")},
		{BYTES(LONG "0")},
		{BYTES(LONG "01\nx")},
	};

	for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autoptr(GString) seen = g_string_new(NULL);
		g_autoptr(Wire) wire = wire_new(note, seen);
		g_autoptr(GError) error = NULL;
		const guint8 *bytes = (const guint8 *)refused[i].bytes;

		g_test_message("number %u", i);
		g_assert_false(wire_feed(wire, bytes, refused[i].length, &error));
		g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG);
		g_assert_true(g_str_is_ascii(error->message));
		g_assert_null(strpbrk(error->message, "\n\r\033"));
		g_assert_cmpstr(seen->str, ==, "");
	}
}

/* The longest line, with its feed as the 64th byte. */
static void test_longest_line(void)
{
	g_autoptr(GString) seen = g_string_new(NULL);
	g_autoptr(Wire) wire = wire_new(note, seen);

	g_assert_true(wire_feed(wire, (const guint8 *)BYTES(LONG), NULL));
	g_assert_true(wire_feed(wire, (const guint8 *)BYTES("\nend 0\n"), NULL));
	g_assert_cmpstr(seen->str, ==, "[out][end]");
}

static void test_largest(void)
{
	g_autoptr(GString) seen = g_string_new(NULL);
	g_autoptr(Wire) wire = wire_new(note, seen);
	g_autofree gchar *content = g_strnfill(WIRE_PIECE, 'x');
	g_autofree gchar *piece = g_strdup_printf("out %d\n%s", WIRE_PIECE, content);

	g_assert_true(wire_feed(wire, (const guint8 *)piece, strlen(piece) - 1, NULL));
	g_assert_cmpuint(seen->len, ==, 0);
	g_assert_true(wire_feed(wire, (const guint8 *)"x", 1, NULL));
	g_assert_cmpuint(seen->len, ==, 5 + WIRE_PIECE);
}

static gboolean refuse_end(const gchar *name, const guint8 *bytes, gsize length, gpointer data,
			   GError **error)
{
	guint *count = data;

	(void)bytes;
	(void)length;
	++*count;
	if (!g_str_equal(name, "end"))
		return TRUE;
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "no end");
	return FALSE;
}

static void test_taker_refuses(void)
{
	guint count = 0;
	g_autoptr(Wire) wire = wire_new(refuse_end, &count);
	g_autoptr(GError) error = NULL;

	g_assert_false(wire_feed(wire, (const guint8 *)BYTES("out 0\nend 0\nout 0\n"), &error));
	g_assert_cmpstr(error->message, ==, "no end");
	g_assert_cmpuint(count, ==, 2);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/wire/order", test_order);
	g_test_add_func("/wire/cut-once", test_cut_once);
	g_test_add_func("/wire/cut-often", test_cut_often);
	g_test_add_func("/wire/at-once", test_at_once);
	g_test_add_func("/wire/refused", test_refused);
	g_test_add_func("/wire/longest-line", test_longest_line);
	g_test_add_func("/wire/largest", test_largest);
	g_test_add_func("/wire/taker-refuses", test_taker_refuses);
	return g_test_run();
}
