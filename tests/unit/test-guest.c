/* What the guests' own program reads: orders, and a new program's stack. It is no part of the
 * library, and so is compiled in here. */
#include <elf.h>
#include <glib.h>

#include "../../images/guest/hwcap.c"
#include "../../images/guest/order.c"

/* An order from lines: '\n' stands for NUL. */
static const char *parse(struct order *order, const char *lines, char *text)
{
	gsize length = strlen(lines);

	memcpy(text, lines, length + 1);
	g_strdelimit(text, "\n", 0);
	g_assert_cmpuint(order_length(text, length), ==, 0);
	g_assert_cmpuint(order_length(text, length + 1), ==, length + 1);
	return order_parse(order, text, length + 1);
}

static void test_order(void)
{
	static struct order order;
	char text[512];

	g_assert_null(parse(&order,
			    "order=run\nprogram=a/b\nfile=c/d.so\narg=\narg=x=y\nenv=K=\n"
			    "timeout=1500\nlimit=address-space=2\nlimit=cpu=7\nhwcap=0x887\n"
			    "debug=on\ntime=5.25\nseed=00fF\n",
			    text));
	g_assert_cmpstr(order.name, ==, "run");
	g_assert_cmpstr(order.program, ==, "a/b");
	g_assert_cmpstr(order_basename(order.files.item[0]), ==, "d.so");
	g_assert_cmpuint(order.args.count, ==, 3);
	g_assert_cmpstr(order.args.item[1], ==, "");
	g_assert_cmpstr(order.args.item[2], ==, "x=y");
	g_assert_null(order.args.item[3]);
	g_assert_cmpstr(order.env.item[0], ==, "K=");
	g_assert_cmpuint(order.timeout, ==, 1500);
	g_assert_cmpuint(order.limit[0], ==, 2 << 20);
	g_assert_cmpuint(order.limit[1], ==, 7);
	g_assert_true(order.limit[2] == RLIM_INFINITY);
	g_assert_cmphex(order.hwcap, ==, 0x887);
	g_assert_cmphex(order.hwcap2, ==, G_MAXUINT64);
	g_assert_true(order.debug);
	g_assert_cmpint(order.time.tv_sec, ==, 5);
	g_assert_cmpint(order.time.tv_nsec, ==, 25);
	g_assert_cmpuint(order.seed_size, ==, 2);
	g_assert_cmpuint(order.seed[1], ==, 0xff);
}

static void test_refused(void)
{
	static const char *const bad[] = {
		"ping\n",
		"order=run\n",
		"order=run\nprogram=\n",
		"order=run\nprogram=a/../b\n",
		"order=run\nprogram=..\n",
		"order=run\nprogram=a//b\n",
		"order=run\nprogram=a/\n",
		"order=ping\nnothing\n",
		"order=ping\nunknown=1\n",
		"order=ping\nenv=K\n",
		"order=ping\ntimeout=-1\n",
		"order=ping\ntimeout= 1\n",
		"order=ping\ntimeout=1s\n",
		"order=ping\nlimit=cpu\n",
		"order=ping\nlimit=cpu=\n",
		"order=ping\nlimit=cores=1\n",
		"order=ping\nhwcap=887\n",
		"order=ping\nhwcap2=0x\n",
		"order=ping\ndebug=1\n",
		"order=ping\ntime=5\n",
		"order=ping\ntime=5.9999999999\n",
		"order=ping\nseed=0\n",
		"order=ping\nseed=0g\n",
	};
	static struct order order;
	char text[128];

	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_test_message("%s", bad[i]);
		g_assert_nonnull(parse(&order, bad[i], text));
	}
}

static void test_stack(void)
{
	uint64_t words[] = {2,         0xa,  0xb,       0,   0xe,     0, AT_HWCAP, 0xff,
			    AT_PAGESZ, 4096, AT_HWCAP2, 0xf, AT_NULL, 0, AT_HWCAP, 0xff};

	g_assert_cmpuint(hwcap_mask_stack(words, G_N_ELEMENTS(words), 0x87, 0), ==, 14);
	g_assert_cmphex(words[7], ==, 0x87);
	g_assert_cmphex(words[9], ==, 4096);
	g_assert_cmphex(words[11], ==, 0);
	g_assert_cmphex(words[15], ==, 0xff);
	for (gsize few = 0; few < 14; few++)
		g_assert_cmpuint(hwcap_mask_stack(words, few, 0, 0), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/guest/order", test_order);
	g_test_add_func("/guest/refused", test_refused);
	g_test_add_func("/guest/stack", test_stack);
	return g_test_run();
}
