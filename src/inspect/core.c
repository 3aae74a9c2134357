#include "inspect/core.h"

#include <gio/gio.h>
#include <signal.h>

#include "inspect/corefile.h"
#include "inspect/crate.h"
#include "inspect/culprit.h"
#include "inspect/modules.h"
#include "inspect/place.h"
#include "inspect/sigframe.h"
#include "inspect/symbol.h"
#include "inspect/unwind.h"
#include "isa/isa.h"

G_GNUC_PRINTF(2, 3) static void add_note(Fault *fault, const gchar *format, ...)
{
	g_autofree gchar *more = NULL, *before = fault->note;
	va_list args;

	va_start(args, format);
	more = g_strdup_vprintf(format, args);
	va_end(args);
	fault->note = before ? g_strconcat(before, "; ", more, NULL) : g_steal_pointer(&more);
}

/* Threads are numbered as they were made: their ids grow. */
static void explain_threads(const CoreFile *core, Fault *fault)
{
	const CoreThread *dead = &g_array_index(core->threads, CoreThread, 0);

	fault->threads = core->threads->len;
	fault->thread = 1;
	for (guint i = 1; i < core->threads->len; i++)
		fault->thread += g_array_index(core->threads, CoreThread, i).tid < dead->tid;
}

static gboolean explain_insn(const Modules *modules, Fault *fault, GError **error)
{
	guint32 raw;

	if (modules_read(modules, fault->pc, &raw, sizeof(raw)))
		return place_insn(fault, GUINT32_FROM_LE(raw), error);
	add_note(fault, "no instruction could be read at 0x%" G_GINT64_MODIFIER "x", fault->pc);
	return TRUE;
}

static gchar *build_id(const Module *module)
{
	const unsigned char *bits;
	GElf_Addr addr;
	int length = dwfl_module_build_id(module->dwfl, &bits, &addr);
	GString *hex;

	if (length <= 0)
		return NULL;
	hex = g_string_new(NULL);
	for (int i = 0; i < length; i++)
		g_string_append_printf(hex, "%02x", bits[i]);
	return g_string_free(hex, FALSE);
}

static void note_missing(const Modules *modules, Fault *fault)
{
	const Module *first = NULL;
	guint more = 0;

	for (guint i = 0; i < modules->modules->len; i++) {
		const Module *module = modules->modules->pdata[i];

		if (!module->host && !first)
			first = module;
		else
			more += !module->host;
	}
	if (first && more)
		add_note(fault, "%s and %u more files that were loaded are not here", first->guest,
			 more);
	else if (first)
		add_note(fault, "%s was loaded, and that file is not here", first->guest);
	if (fault->has_insn)
		add_note(fault, "the instruction lies in memory that no known file holds");
}

static void explain_place(const Module *module, Fault *fault)
{
	Symbol symbol = {0};

	fault->object = g_strdup(module->guest);
	fault->object_file = g_strdup(module->host);
	fault->build_id = build_id(module);
	module_offset(module, fault->pc, &fault->offset);
	fault->source = symbol_source(module, fault->pc);
	if (symbol_find(module, fault->pc, &symbol)) {
		fault->function = symbol.name;
		fault->function_offset = symbol.offset;
		fault->function_nearest = symbol.nearest;
	}
}

static gboolean needs_extension(guint64 pc, gpointer modules)
{
	g_auto(IsaInsn) insn = {0};
	guint32 raw;

	return modules_read(modules, pc, &raw, sizeof(raw)) &&
	       isa_explain(GUINT32_FROM_LE(raw), &insn, NULL) && insn.feature;
}

/* A program may die of SIGILL in its own handler of the SIGILL that matters. */
static void find_first(Modules *modules, CoreThread *dead, Fault *fault)
{
	guint64 died = dead->regs[CORE_PC];

	if (fault->signal == SIGILL &&
	    sigframe_first(modules->core, dead->regs, needs_extension, modules))
		add_note(fault,
			 "the program caught this one, and died in its handler, at "
			 "0x%" G_GINT64_MODIFIER "x",
			 died);
}

/* The frame of the instruction itself: instead of the one where the signal came, or where the
 * function has been left by then, below it. */
static void put_trap(const Modules *modules, guint64 trapped, GPtrArray *backtrace)
{
	const Frame *top = backtrace->len ? g_ptr_array_index(backtrace, 0) : NULL;
	Frame *frame = unwind_frame(modules, trapped, trapped);

	if (top && !g_strcmp0(top->function, frame->function) &&
	    !g_strcmp0(top->object, frame->object))
		g_ptr_array_remove_index(backtrace, 0);
	g_ptr_array_insert(backtrace, 0, frame);
}

Fault *core_explain(const gchar *core, const gchar *program, const PathMap *map, int signal,
		    guint64 trapped, GError **error)
{
	g_autoptr(CoreFile) file = corefile_open(core, error);
	g_autoptr(Modules) modules = file ? modules_open(file, program, map, error) : NULL;
	g_autoptr(Fault) fault = NULL;
	const Module *module;
	CoreThread *dead;

	if (!modules)
		return NULL;
	dead = &g_array_index(file->threads, CoreThread, 0);
	fault = fault_new(signal ? signal : dead->signal);
	if (!trapped)
		find_first(modules, dead, fault);
	fault->pc = trapped ? trapped : dead->regs[CORE_PC];
	explain_threads(file, fault);
	if (!explain_insn(modules, fault, error))
		return NULL;
	unwind(modules, fault->backtrace);
	if (trapped)
		put_trap(modules, trapped, fault->backtrace);
	module = modules_at(modules, fault->pc);
	if (module) {
		explain_place(module, fault);
		culprit_find(module, fault);
		if (module->elf)
			fault->napi_rs = crate_version(module->elf, "napi");
	} else {
		note_missing(modules, fault);
	}
	if (file->cut)
		add_note(fault, "the core file is cut short, so threads, libraries and callers may "
				"be missing");
	return g_steal_pointer(&fault);
}
