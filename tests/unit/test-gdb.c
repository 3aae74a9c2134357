/*
 * What debuggers are told, and the folder in which they find the program's files.
 */
#include "run/gdb.h"

#include <signal.h>
#include <string.h>

#include "base/error.h"
#include "tree.h"

static gchar object[] = "/rig/subject/lib.so";

static const Fault fault = {
	.signal = SIGILL, .pc = 0x550287f998, .has_insn = TRUE, .object = object};

static GdbSpec spec_for(GdbGoal goal, const Fault *found, gboolean batch)
{
	return (GdbSpec){.socket = "/run/a b/gdb",
			 .program = "/bin/a b",
			 .root = "/run/a b/root",
			 .goal = goal,
			 .fault = found,
			 .batch = batch};
}

static gchar *commands(GdbGoal goal, const Fault *found, gboolean batch)
{
	const GdbSpec spec = spec_for(goal, found, batch);

	return gdb_commands(&spec);
}

static void has(const gchar *text, const gchar *part)
{
	if (!strstr(text, part))
		g_error("there is no '%s' in:\n%s", part, text);
}

static void lacks(const gchar *text, const gchar *part)
{
	if (strstr(text, part))
		g_error("there is a '%s' in:\n%s", part, text);
}

static void test_session(void)
{
	g_autofree gchar *text = commands(GDB_FAULT, &fault, FALSE);

	g_assert_cmpstr(text, ==,
			"set confirm off\n"
			"set breakpoint pending on\n"
			"set sysroot /run/a b/root\n"
			"handle all nostop noprint pass\n"
			"handle SIGILL stop print pass\n"
			"handle SIGSTOP nostop noprint nopass\n"
			"target remote /run/a b/gdb\n"
			"continue\n"
			"while $_thread && ((unsigned long)$pc & 0xfff) != 0x998\n"
			"  continue\n"
			"end\n"
			"if $_thread\n"
			"  x/i $pc\n"
			"end\n");
}

static void test_batch(void)
{
	g_autofree gchar *text = commands(GDB_FAULT, &fault, TRUE);

	has(text, "set pagination off\n");
	has(text, "\n  info registers x0 x1 ");
	has(text, " x30 sp pc cpsr\n");
	has(text, "\n  x/8i $pc-16\n");
	has(text, "\n  bt 100\n  kill\nend\n");
}

static void test_goals(void)
{
	g_autofree gchar *start = commands(GDB_START, NULL, FALSE);
	g_autofree gchar *end = commands(GDB_END, NULL, TRUE);

	lacks(start, "continue");
	lacks(start, "handle all");
	has(end, "handle all nostop noprint pass\n");
	has(end, "\ncontinue\nif $_thread\n");
	has(end, "\n  x/i $pc\n");
	lacks(end, "while");
}

/* What is loaded nowhere may lie elsewhere the next time; abort() says nothing of the place. */
static void test_no_place(void)
{
	const Fault jit = {.signal = SIGILL, .pc = 0x5502a33000, .has_insn = TRUE};
	const Fault aborts = {.signal = SIGABRT, .pc = 0x5502a33120, .object = object};
	g_autofree gchar *first = commands(GDB_FAULT, &jit, FALSE);
	g_autofree gchar *second = commands(GDB_FAULT, &aborts, FALSE);

	lacks(first, "while");
	lacks(second, "while");
	has(second, "handle SIGABRT stop print pass\n");
}

static void test_pages(void)
{
	static const struct {
		guint64 pc;
		const gchar *shown;
	} cases[] = {
		{0x5000, "x/8i $pc-0\n"},  {0x5008, "x/8i $pc-8\n"},  {0x5010, "x/8i $pc-16\n"},
		{0x5ff0, "x/8i $pc-16\n"}, {0x5ff4, "x/7i $pc-16\n"}, {0x5ffc, "x/5i $pc-16\n"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		Fault found = fault;
		g_autofree gchar *text = NULL;

		found.pc = cases[i].pc;
		text = commands(GDB_FAULT, &found, TRUE);
		has(text, cases[i].shown);
	}
}

/* A jump to nowhere: there is nothing to show. */
static void test_no_insn(void)
{
	Fault found = {.signal = SIGSEGV, .pc = 8};
	g_autofree gchar *text = commands(GDB_FAULT, &found, TRUE);

	lacks(text, "x/");
	has(text, "bt 100");
}

static void test_commands(void)
{
	const GdbSpec session = spec_for(GDB_START, NULL, FALSE);
	const GdbSpec batch = spec_for(GDB_START, NULL, TRUE);
	g_auto(GStrv) mine = gdb_command("gdb", "/run/commands", &session);
	g_auto(GStrv) alone = gdb_command("gdb", "/run/commands", &batch);
	g_autofree gchar *first = g_strjoinv("|", mine);
	g_autofree gchar *second = g_strjoinv("|", alone);
	g_auto(GStrv) lldb = lldb_command(&session);
	g_autofree gchar *third = g_strjoinv("|", lldb);

	g_assert_cmpstr(first, ==,
			"gdb|-q|-iex|set auto-load off|-iex|set debuginfod enabled off|-x|"
			"/run/commands|/bin/a b");
	has(second, "|-nx|-batch|");
	has(third, "|process connect --plugin gdb-remote unix-connect:///run/a b/gdb");
}

static gchar *read_below(const gchar *folder, const gchar *name)
{
	g_autofree gchar *path = g_build_filename(folder, name, NULL);
	gchar *text = NULL;

	g_file_get_contents(path, &text, NULL, NULL);
	return text;
}

static void is(const gchar *folder, const gchar *name, const gchar *text)
{
	g_autofree gchar *found = read_below(folder, name);

	g_assert_cmpstr(found, ==, text);
}

/* Also where the program's own files lie in a folder that the sysroot has, too. */
static void test_root(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *sysroot = tree_folder(tree, "sysroot");
	g_autofree gchar *libc = tree_write(tree, "sysroot/usr/lib/libc.so", "libc", -1);
	g_autofree gchar *file = tree_write(tree, "sysroot/etc/passwd", "passwd", -1);
	g_autofree gchar *program = tree_write(tree, "here/prog", "prog", -1);
	g_autofree gchar *library = tree_write(tree, "here/lib.so", "lib", -1);
	gchar *map[] = {(gchar *)"/rig/case/prog",
			program,
			(gchar *)"/usr/lib/mine/lib.so",
			library,
			(gchar *)"/",
			sysroot,
			NULL};
	g_autofree gchar *folder = g_build_filename(tree, "root", NULL);
	g_autoptr(GError) error = NULL;

	g_assert_true(gdb_make_root(folder, map, &error));
	g_assert_no_error(error);
	is(folder, "rig/case/prog", "prog");
	is(folder, "usr/lib/mine/lib.so", "lib");
	is(folder, "usr/lib/libc.so", "libc");
	is(folder, "etc/passwd", "passwd");
	is(sysroot, "usr/lib/mine/lib.so", NULL);
	g_assert_false(gdb_make_root(program, map, &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/gdb/session", test_session);
	g_test_add_func("/gdb/batch", test_batch);
	g_test_add_func("/gdb/goals", test_goals);
	g_test_add_func("/gdb/no-place", test_no_place);
	g_test_add_func("/gdb/pages", test_pages);
	g_test_add_func("/gdb/no-insn", test_no_insn);
	g_test_add_func("/gdb/commands", test_commands);
	g_test_add_func("/gdb/root", test_root);
	return g_test_run();
}
