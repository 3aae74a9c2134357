/*
 * The console's last words: of a panic, of a guest that just ended, of nothing.
 */
#include <string.h>

#include "base/tail.h"
#include "sys/console.h"
#include "tree.h"

static void check(const gchar *text, const gchar *wanted)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = tree_write(tree, "console", text, -1);
	g_autofree gchar *words = console_last_words(path);

	g_assert_cmpstr(words, ==, wanted);
}

/* Linux 6.1 without a root disk. */
static const gchar panic[] =
	"[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x410fd083]\r\n"
	"[    1.381146] /dev/root: Can't open blockdev\r\n"
	"[    1.382046] VFS: Cannot open root device \"\" or unknown-block(0,0): error -6\r\n"
	"[    1.383030] Please append a correct \"root=\" boot option; here are the available "
	"partitions:\r\n"
	"[    1.384461] Kernel panic - not syncing: VFS: Unable to mount root fs on "
	"unknown-block(0,0)\r\n"
	"[    1.385516] CPU: 0 PID: 1 Comm: swapper/0 Not tainted 6.1.0-40-cloud-arm64 #1\r\n"
	"[    1.386358] Hardware name: linux,dummy-virt (DT)\r\n"
	"[    1.386949] Call trace:\r\n"
	"[    1.387297]  dump_backtrace+0xe4/0x140\r\n"
	"[    1.394431] ---[ end Kernel panic - not syncing: VFS: Unable to mount root fs on "
	"unknown-block(0,0) ]---\r\n";
static const gchar panicked[] =
	"Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0) | "
	"CPU: 0 PID: 1 Comm: swapper/0 Not tainted 6.1.0-40-cloud-arm64 #1 | "
	"Hardware name: linux,dummy-virt (DT) | Call trace:";

static void test_panic(void)
{
	check(panic, panicked);
}

static void test_last_lines(void)
{
	check("one\n", "one");
	check("one", "one");
	check("1\n2\n\n3\n  \n4\r\n5", "2 | 3 | 4 | 5");
	check("[    1.1] a\n[   12.345678]b\n[123456.7] [x] c\n", "a | b | [x] c");
	check("[FAILED] Failed to mount /rig.\n[1] 2\n", "[FAILED] Failed to mount /rig. | [1] 2");
}

static void test_escapes(void)
{
	check("\033[0;1;31mred\033[0m and\033[K \033[?25lplain\n", "red and plain");
	check("bell\a, back\b, \177 \033 and \302\233 end\n", "bell, back,   and  end");
	check("caf\303\251 \377\n", "caf\303\251 \357\277\275");
}

static void test_nothing(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *missing = g_build_filename(tree, "missing", NULL);

	check("", NULL);
	check("\r\n\n \033[0m\n[    1.000000] \n", NULL);
	g_assert_null(console_last_words(missing));
	g_assert_null(console_last_words(NULL));
	g_assert_null(console_last_words(tree));
}

static void fill(GString *text, const gchar *line)
{
	for (gsize end = text->len + 2 * TAIL_BYTES; text->len < end;)
		g_string_append(text, line);
}

static void test_long(void)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree gchar *endless = g_strnfill(3 * TAIL_BYTES, 'x');
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = tree_write(tree, "endless", endless, -1);
	g_autofree gchar *words = console_last_words(path);

	fill(text, "[    0.500000] noise\r\n");
	g_string_append(text, panic);
	check(text->str, panicked);
	/* Too far back to be told from the rest. */
	fill(text, "noise\n");
	g_string_append(text, "last\n");
	check(text->str, "noise | noise | noise | last");
	g_assert_cmpuint(strlen(words), ==, TAIL_BYTES);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/console/panic", test_panic);
	g_test_add_func("/console/last-lines", test_last_lines);
	g_test_add_func("/console/escapes", test_escapes);
	g_test_add_func("/console/nothing", test_nothing);
	g_test_add_func("/console/long", test_long);
	return g_test_run();
}
