/*
 * audit - a QEMU plugin that writes down each instruction above plain ARMv8.0-A that is run, and
 * makes of a CPU a board that lacks some of its extensions.
 *
 *	-plugin a64rig-audit-N.so,out=FILE[,lacks=FEAT_A+FEAT_B...]
 *
 * N is the version of QEMU's plugin interface. One line goes to FILE (which is appended to, so that
 * processes can share it) for each place, when its code is translated: QEMU does that when the code
 * is about to run, and to its end only as far as it runs.
 *
 *	run ADDRESS WORD OFFSET PATH	a program: the place in the file that is mapped there; of
 *					code that was made in memory 0 and nothing
 *	see ADDRESS WORD START WORDS	a machine: the words around it, on the same page, of which
 *					the first lies at START
 *	trap ADDRESS WORD OFFSET PATH	a program ran what lacks= names: it gets the SIGILL that a
 *					board would have given it
 *
 * All numbers are hexadecimal. QEMU delivers the signal at the end of the block of code, so that
 * the program's pc lies beyond the ADDRESS.
 */
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "isa/table.h"
#include "plugin/qemu.h"

enum {
	AROUND = 16,   /* words on each side */
	PAGE = 0x1000, /* bytes: the smallest, so that it is one piece whatever the guest's is */
};

int qemu_plugin_version = QEMU_PLUGIN_VERSION;

static int out = -1;
static gboolean machine;
static gchar **lacks;     /* FEAT_ names; NULL: none */
static GHashTable *known; /* set of places: gint64 */
static GMutex lock;       /* guards known */

/* A place that a board has to trap at. Lives as long as QEMU does. */
typedef struct {
	guint64 addr;
	guint32 word;
	const guint32 *at;
} Trap;

/* The memory of a program is QEMU's own, so that the kernel knows which file it is mapped from.
 * Writes path with a newline; a line of its own for what has none. */
static guint64 find_file(const guint32 *at, gchar *path, gsize size)
{
	guint64 here = (guint64)(guintptr)at, offset = 0;
	FILE *maps = fopen("/proc/self/maps", "re");
	gchar line[8192];

	g_strlcpy(path, "\n", size);
	while (maps && fgets(line, sizeof line, maps)) {
		guint64 start, end, from;
		int name = 0;

		if (sscanf(line,
			   "%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x %*s %" G_GINT64_MODIFIER
			   "x %*s %*s %n",
			   &start, &end, &from, &name) < 3 ||
		    here < start || here >= end)
			continue;
		if (name && line[name] == '/') {
			g_strlcpy(path, line + name, size);
			offset = from + (here - start);
		}
		break;
	}
	if (maps)
		fclose(maps);
	return offset;
}

static void put_place(const char *what, guint64 addr, guint32 word, const guint32 *at)
{
	gchar path[8192];
	guint64 offset = find_file(at, path, sizeof path);

	dprintf(out,
		"%s %" G_GINT64_MODIFIER "x %" G_GINT32_MODIFIER "x %" G_GINT64_MODIFIER "x %s",
		what, addr, word, offset, path);
}

/* Pages of a file are the same in memory: by the words around it the rig finds the place again. */
static void put_words(guint64 addr, guint32 word, const guint32 *at)
{
	guint before = MIN((guint)(addr % PAGE) / 4, AROUND);
	guint after = MIN((guint)(PAGE - addr % PAGE) / 4 - 1, AROUND);
	gchar words[(2 * AROUND + 1) * 8 + 1];

	for (guint i = 0; i <= before + after; i++)
		g_snprintf(words + (gsize)8 * i, 9, "%08x", at[(gint)i - (gint)before]);
	dprintf(out,
		"see %" G_GINT64_MODIFIER "x %" G_GINT32_MODIFIER "x %" G_GINT64_MODIFIER "x %s\n",
		addr, word, addr - 4 * (guint64)before, words);
}

static void on_trap(unsigned int vcpu, void *data)
{
	const Trap *trap = data;

	(void)vcpu;
	put_place("trap", trap->addr, trap->word, trap->at);
	raise(SIGILL);
}

/* The same place again, after its code was thrown away say, tells nothing new; another word there
 * does. */
static gboolean is_new(const guint32 *at, guint32 word)
{
	gint64 key = (gint64)((guint64)(guintptr)at ^ (guint64)word << 32);
	gboolean new;

	g_mutex_lock(&lock);
	new = !g_hash_table_contains(known, &key);
	if (new)
		g_hash_table_add(known, g_memdup2(&key, sizeof key));
	g_mutex_unlock(&lock);
	return new;
}

static const IsaRow *row_of(const guint32 *at, guint64 addr)
{
	/* Of a machine's kernel nothing is asked: its half of the addresses is the upper one. */
	return at && !(machine && addr >> 63) ? isa_row(*at) : NULL;
}

static void note(guint64 addr, const guint32 *at)
{
	if (!is_new(at, *at))
		return;
	if (machine)
		put_words(addr, *at, at);
	else
		put_place("run", addr, *at, at);
}

static void set_trap(struct qemu_plugin_insn *insn, guint64 addr, const guint32 *at)
{
	Trap *trap = g_new(Trap, 1);

	*trap = (Trap){addr, *at, at};
	qemu_plugin_register_vcpu_insn_exec_cb(insn, on_trap, QEMU_PLUGIN_CB_NO_REGS, trap);
}

/* Of a block the first place traps: the signal comes at its end. */
static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	gboolean trapped = FALSE;

	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		const guint32 *at = qemu_plugin_insn_haddr(insn);
		guint64 addr = qemu_plugin_insn_vaddr(insn);
		const IsaRow *row = row_of(at, addr);

		if (!row)
			continue;
		note(addr, at);
		if (lacks && !machine && !trapped && row->feature &&
		    g_strv_contains((const gchar *const *)lacks, row->feature)) {
			set_trap(insn, addr, at);
			trapped = TRUE;
		}
	}
}

static gboolean parse(const gchar *word)
{
	if (g_str_has_prefix(word, "out="))
		out = open(word + 4, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	else if (g_str_has_prefix(word, "lacks="))
		lacks = g_strsplit(word + 6, "+", -1);
	else
		return FALSE;
	return TRUE;
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	machine = info->system_emulation;
	for (int i = 0; i < argc; i++)
		if (!parse(argv[i])) {
			g_printerr("a64rig-audit: unknown argument '%s'\n", argv[i]);
			return 1;
		}
	if (out < 0) {
		g_printerr("a64rig-audit: out= names no file that can be written\n");
		return 1;
	}
	known = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	return 0;
}
