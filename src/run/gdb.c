#include "run/gdb.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

enum {
	PAGE = 4096, /* bytes: the smallest that a program is laid out by */
	INSN = 4,
	BEFORE = 4, /* instructions that are shown before the one that it stopped at */
	SHOWN = 8,
	FRAMES = 100,
};

static gboolean fail(GError **error, const gchar *path)
{
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot make '%s': %s", path,
		    g_strerror(errno));
	return FALSE;
}

static gboolean place(const gchar *folder, const gchar *guest, const gchar *host, GError **error)
{
	g_autofree gchar *path = g_build_filename(folder, guest, NULL);
	g_autofree gchar *parent = g_path_get_dirname(path);

	if (!g_mkdir_with_parents(parent, 0700) && (!symlink(host, path) || errno == EEXIST))
		return TRUE;
	return fail(error, path);
}

/* A link for everything of the tree, but for folders that are there already: these are gone into.
 */
static gboolean place_tree(const gchar *folder, const gchar *tree, GError **error)
{
	g_autoptr(GDir) dir = g_dir_open(tree, 0, NULL);
	gboolean fine = !g_mkdir_with_parents(folder, 0700) || fail(error, folder);
	const gchar *name;

	while (fine && dir && (name = g_dir_read_name(dir))) {
		g_autofree gchar *here = g_build_filename(folder, name, NULL);
		g_autofree gchar *there = g_build_filename(tree, name, NULL);
		gboolean both = g_file_test(here, G_FILE_TEST_IS_DIR) &&
				!g_file_test(here, G_FILE_TEST_IS_SYMLINK);

		fine = both ? place_tree(here, there, error) : place(folder, name, there, error);
	}
	return fine;
}

gboolean gdb_make_root(const gchar *folder, gchar *const *map, GError **error)
{
	for (gchar *const *pair = map; pair[0]; pair += 2)
		if (strcmp(pair[0], "/") != 0 && !place(folder, pair[0], pair[1], error))
			return FALSE;
	for (gchar *const *pair = map; pair[0]; pair += 2)
		if (!strcmp(pair[0], "/") && !place_tree(folder, pair[1], error))
			return FALSE;
	return TRUE;
}

/* What the program handles itself is not what it died of. */
static void add_signals(GString *text, const Fault *fault)
{
	g_autofree gchar *name = fault ? fault_signal_name(fault->signal) : g_strdup("");

	g_string_append(text, "handle all nostop noprint pass\n");
	if (g_str_has_prefix(name, "SIG"))
		g_string_append_printf(text, "handle %s stop print pass\n", name);
}

/* A program may raise the same signal before, and handle it. Where things are loaded may differ
 * from the run in which the fault was found; where in its page an instruction lies does not. */
static void add_run_to_fault(GString *text, const Fault *fault)
{
	g_string_append(text, "continue\n");
	if (fault_is_of_insn(fault) && fault->object)
		g_string_append_printf(text,
				       "while $_thread && ((unsigned long)$pc & 0x%x) != 0x%x\n"
				       "  continue\nend\n",
				       PAGE - 1, (guint)(fault->pc & (PAGE - 1)));
}

/* Not across the borders of its page: there may be nothing beyond. */
static void add_insns(GString *text, const Fault *fault)
{
	guint in_page = fault ? (guint)(fault->pc % PAGE) / INSN : 0;
	guint before = MIN(in_page, BEFORE);
	guint count = MIN(SHOWN, before + PAGE / INSN - in_page);

	if (!fault)
		g_string_append(text, "  x/i $pc\n");
	else if (fault->has_insn)
		g_string_append_printf(text, "  x/%ui $pc-%u\n", count, before * INSN);
}

/* QEMU's stub has two hundred more. */
static void add_registers(GString *text)
{
	g_string_append(text, "  info registers");
	for (guint i = 0; i <= 30; i++)
		g_string_append_printf(text, " x%u", i);
	g_string_append(text, " sp pc cpsr\n");
}

/* The backtrace comes last: reading a stack that the program has spoilt can fail. */
static void add_picture(GString *text, const GdbSpec *spec)
{
	const Fault *fault = spec->goal == GDB_FAULT ? spec->fault : NULL;

	g_string_append(text, "if $_thread\n  echo \\nregisters\\n\n");
	add_registers(text);
	g_string_append(text, "  echo \\ninstructions\\n\n");
	add_insns(text, fault);
	g_string_append_printf(text, "  echo \\nbacktrace\\n\n  bt %d\n  kill\nend\n", FRAMES);
}

gchar *gdb_commands(const GdbSpec *spec)
{
	GString *text = g_string_new("set confirm off\nset breakpoint pending on\n");

	if (spec->batch)
		g_string_append(text, "set pagination off\nset width 0\n");
	g_string_append_printf(text, "set sysroot %s\n", spec->root);
	if (spec->goal != GDB_START)
		add_signals(text, spec->goal == GDB_FAULT ? spec->fault : NULL);
	/* A guest's program is attached to while it is stopped. */
	g_string_append(text, "handle SIGSTOP nostop noprint nopass\n");
	g_string_append_printf(text, "target remote %s\n", spec->socket);
	if (spec->goal == GDB_FAULT)
		add_run_to_fault(text, spec->fault);
	else if (spec->goal == GDB_END)
		g_string_append(text, "continue\n");
	if (spec->batch)
		add_picture(text, spec);
	else
		g_string_append(text, "if $_thread\n  x/i $pc\nend\n");
	return g_string_free(text, FALSE);
}

/* What comes before the user's own settings can be changed by them. */
gchar **gdb_command(const gchar *gdb, const gchar *commands, const GdbSpec *spec)
{
	g_autoptr(GStrvBuilder) argv = g_strv_builder_new();

	g_strv_builder_add_many(argv, gdb, "-q", "-iex", "set auto-load off", "-iex",
				"set debuginfod enabled off", NULL);
	if (spec->batch)
		g_strv_builder_add_many(argv, "-nx", "-batch", NULL);
	g_strv_builder_add_many(argv, "-x", commands, spec->program, NULL);
	return g_strv_builder_end(argv);
}

gchar **lldb_command(const GdbSpec *spec)
{
	g_autoptr(GStrvBuilder) argv = g_strv_builder_new();
	g_autofree gchar *platform =
		g_strdup_printf("platform select --sysroot \"%s\" remote-linux", spec->root);
	g_autofree gchar *target = g_strdup_printf("target create \"%s\"", spec->program);
	g_autofree gchar *process = g_strdup_printf(
		"process connect --plugin gdb-remote unix-connect://%s", spec->socket);

	g_strv_builder_add_many(argv, "lldb", "-o", platform, "-o", target, "-o", process, NULL);
	return g_strv_builder_end(argv);
}
