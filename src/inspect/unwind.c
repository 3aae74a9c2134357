#include "inspect/unwind.h"

#include <string.h>

#include "inspect/sigframe.h"
#include "inspect/symbol.h"
#include "model/fault.h"

typedef struct {
	const Modules *modules;
	GPtrArray *frames;
	guint64 regs[CORE_REGS]; /* where unwinding starts */
	guint64 pc, sp;          /* of the frame before */
	gboolean known;          /* some file holds that one */
	gboolean from_tables;    /* some file held the one before that */
	gboolean in_handler;     /* that one is where a signal handler returns to */
	gboolean attached;
	gboolean returning; /* the next frame's pc is a return address */
} Unwinding;

static pid_t next_thread(Dwfl *dwfl G_GNUC_UNUSED, void *arg, void **thread)
{
	if (*thread)
		return 0;
	*thread = arg;
	return 1;
}

static bool memory_read(Dwfl *dwfl G_GNUC_UNUSED, Dwarf_Addr addr, Dwarf_Word *result, void *arg)
{
	Unwinding *u = arg;
	guint64 raw;

	if (!modules_read(u->modules, addr, &raw, sizeof(raw)))
		return false;
	*result = GUINT64_FROM_LE(raw);
	return true;
}

static bool set_initial_registers(Dwfl_Thread *thread, void *arg)
{
	Unwinding *u = arg;
	Dwarf_Word regs[CORE_PC];

	for (guint i = 0; i < CORE_PC; i++)
		regs[i] = u->regs[i];
	dwfl_thread_state_register_pc(thread, u->regs[CORE_PC]);
	return dwfl_thread_state_registers(thread, 0, CORE_PC, regs);
}

static const Dwfl_Thread_Callbacks thread_callbacks = {
	.next_thread = next_thread,
	.memory_read = memory_read,
	.set_initial_registers = set_initial_registers,
};

Frame *unwind_frame(const Modules *modules, guint64 pc, guint64 lookup)
{
	Frame *frame = frame_new(pc);
	const Module *module = modules_at(modules, lookup);
	Symbol symbol = {0};

	if (!module)
		return frame;
	frame->object = g_strdup(module->guest);
	module_offset(module, pc, &frame->offset);
	frame->source = symbol_source(module, lookup);
	/* A caller's function is named only where its symbol holds it: the nearest one in a
	 * stripped library is most often another. */
	if (symbol_find(module, lookup, &symbol) && !symbol.nearest) {
		frame->function = g_steal_pointer(&symbol.name);
		frame->function_offset = symbol.offset + (pc - lookup);
	}
	g_free(symbol.name);
	return frame;
}

static void add_frame(Unwinding *u, guint64 pc, guint64 lookup)
{
	g_ptr_array_add(u->frames, unwind_frame(u->modules, pc, lookup));
}

/* mov x8, #139; svc #0: what a handler returns to. QEMU keeps it in a page of its own, which has
 * no unwind tables. */
static gboolean is_sigreturn(const Unwinding *u, guint64 pc)
{
	guint32 words[2];

	return modules_read(u->modules, pc, words, sizeof(words)) &&
	       GUINT32_FROM_LE(words[0]) == 0xd2801168 && GUINT32_FROM_LE(words[1]) == 0xd4000001;
}

/* Where tables end and frame records take over elfutils gives the same caller twice: once as the
 * return address that the tables found, once as the link register that they restored. */
static gboolean is_repeated(Unwinding *u, guint64 pc)
{
	gboolean known = modules_at(u->modules, pc) != NULL;
	gboolean repeated = pc == u->pc && u->from_tables && !known;

	u->from_tables = u->known && !repeated;
	u->known = known;
	return repeated;
}

static int on_frame(Dwfl_Frame *state, void *arg)
{
	Unwinding *u = arg;
	bool activation;
	Dwarf_Addr pc;
	Dwarf_Word sp;

	if (u->frames->len >= UNWIND_MAX || !dwfl_frame_pc(state, &pc, &activation) || !pc)
		return DWARF_CB_ABORT;
	if (dwfl_frame_reg(state, CORE_SP, &sp) != 0)
		sp = 0;
	if (pc == u->pc && sp == u->sp) /* a ring of frame records */
		return DWARF_CB_ABORT;
	if (is_repeated(u, pc)) {
		u->sp = sp;
		return DWARF_CB_OK;
	}
	u->pc = pc;
	u->sp = sp;
	u->in_handler = is_sigreturn(u, pc);
	activation = (activation && !u->returning) || u->in_handler;
	u->returning = FALSE;
	add_frame(u, pc, activation ? pc : pc - 1);
	return u->in_handler ? DWARF_CB_ABORT : DWARF_CB_OK;
}

/* Generated code has no unwind tables, and where it is a leaf no frame record either: the link
 * register then points into a file, and the newest frame record is the caller's. Following frame
 * records would lose that caller. */
static gboolean in_generated_leaf(const Unwinding *u)
{
	guint64 saved;

	return !modules_at(u->modules, u->regs[CORE_PC]) &&
	       modules_at(u->modules, u->regs[CORE_LR] - 1) &&
	       !(corefile_read_word(u->modules->core, u->regs[CORE_FP] + 8, &saved) &&
		 saved == u->regs[CORE_LR]);
}

static void walk(Unwinding *u)
{
	if (!u->attached)
		u->attached = dwfl_attach_state(u->modules->dwfl, NULL, 1, &thread_callbacks, u);
	if (u->attached)
		dwfl_getthread_frames(u->modules->dwfl, 1, on_frame, u);
}

void unwind(const Modules *modules, GPtrArray *frames)
{
	const CoreThread *thread = &g_array_index(modules->core->threads, CoreThread, 0);
	Unwinding u = {.modules = modules, .frames = frames};

	memcpy(u.regs, thread->regs, sizeof(u.regs));
	if (in_generated_leaf(&u)) {
		add_frame(&u, u.regs[CORE_PC], u.regs[CORE_PC]);
		u.regs[CORE_PC] = u.regs[CORE_LR];
		u.returning = TRUE;
	}
	walk(&u);
	if (!frames->len)
		add_frame(&u, u.regs[CORE_PC], u.regs[CORE_PC]);
	while (u.in_handler &&
	       corefile_read(modules->core, u.sp + SIGFRAME_REGS, u.regs, sizeof(u.regs))) {
		u.in_handler = FALSE;
		walk(&u);
	}
}
