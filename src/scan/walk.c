#include "scan/walk.h"

#include <string.h>

#include "scan/flow.h"

/* A word of its own for each word of code: how it was reached, whether a function begins there, and
 * the number of its guard. */
#define MARK_REACHED(mark) ((Reached)((mark) >> 30))
#define MARK_START         (1u << 29)
#define MARK_GUARD(mark)   ((mark)&0xffffff)

/* Words that are looked at on either side of a branch for a loop of exclusive loads. */
enum { OTHER_WAY = 24, SAME_WAY = 8 };

/* Places that wait to be walked; no compiler's code needs a tenth of it. What is dropped stays
 * unreached, and so unknown. */
enum { WAITING = 1 << 18 };

typedef struct {
	guint64 addr, function;
	Reached reached;
	guint32 guard;
	FlowState state;
} Item;

struct Walk {
	Code *code;
	const CodeRange *ranges;
	guint count;
	guint32 **marks; /* of each range */
	GArray *items;   /* of Item, those that are still to be walked */
	Guards *guards;
};

static guint32 *mark_at(const Walk *self, guint64 addr, const CodeRange **found)
{
	const CodeRange *range = addr % 4 ? NULL : code_range(self->code, addr);

	if (found)
		*found = range;
	return range ? &self->marks[range - self->ranges][(addr - range->addr) / 4] : NULL;
}

static guint32 word_at(const CodeRange *range, guint64 addr)
{
	return GUINT32_FROM_LE(range->words[(addr - range->addr) / 4]);
}

/* state NULL: nothing is known there. */
static void push(Walk *self, guint64 addr, guint64 function, Reached reached, guint32 guard,
		 const FlowState *state)
{
	const guint32 *mark = mark_at(self, addr, NULL);
	Item item = {.addr = addr, .function = function, .reached = reached, .guard = guard};

	if (!mark || MARK_REACHED(*mark) >= reached || self->items->len == WAITING)
		return;
	if (state)
		item.state = *state;
	g_array_append_val(self->items, item);
}

/* --- calls --- */

/* What is behind an entry of the procedure linkage table: adrp x16, ldr x17, [x16, #n]. */
static const gchar *linked_name(const Walk *self, guint64 addr)
{
	const CodeRange *range = code_range(self->code, addr);
	FlowState state = {0};
	guint32 first, second;

	if (range && (word_at(range, addr) & 0xffffff3f) == 0xd503241f) /* bti */
		addr += 4;
	if (!range || (addr + 4 - range->addr) / 4 >= range->count)
		return NULL;
	first = word_at(range, addr);
	second = word_at(range, addr + 4);
	if ((first & 0x9f00001f) != 0x90000010 || (second & 0xffc003ff) != 0xf9400211)
		return NULL;
	flow_step(&state, first, addr);
	flow_step(&state, second, addr + 4);
	return code_import(self->code, KNOWN_ADDR(state.registers[17]));
}

/* AT_HWCAP, AT_HWCAP2, and the two later ones (Linux, include/uapi/linux/auxvec.h). */
static gboolean asks_for_hwcap(guint64 argument)
{
	guint64 number = KNOWN_ADDR(argument);

	return KNOWN_KIND(argument) != KNOWN_ADDRESS || number == 16 || number == 26 ||
	       number == 29 || number == 30;
}

static gboolean is_asking_call(const gchar *name, const FlowState *state)
{
	static const gchar *const names[] = {"getauxval",
					     "__getauxval",
					     "elf_aux_info",
					     "__libc_cpu_features",
					     "__init_cpu_features_resolver",
					     NULL};

	return name && g_strv_contains(names, name) && asks_for_hwcap(state->registers[0]);
}

/* The C library's functions that call what they are given, and the register that has it. */
static const struct {
	const gchar *name;
	guint number;
} callers[] = {
	{"__libc_start_main", 0},        {"__cxa_atexit", 0},   {"atexit", 0},
	{"__cxa_thread_atexit_impl", 0}, {"pthread_create", 2}, {"pthread_once", 1},
	{"pthread_key_create", 1},       {"pthread_atfork", 0}, {"pthread_atfork", 1},
	{"pthread_atfork", 2},           {"qsort", 3},          {"bsearch", 4},
};

/* The code that a register leads to: it has the address, or what was loaded from a place that the
 * loader fills. */
static guint64 code_of(const Walk *self, guint64 known)
{
	if (KNOWN_KIND(known) == KNOWN_VARIABLE)
		return code_pointed(self->code, KNOWN_ADDR(known));
	return KNOWN_KIND(known) == KNOWN_ADDRESS ? KNOWN_ADDR(known) : 0;
}

static void push_callback(Walk *self, const Item *item, guint number)
{
	guint64 addr = code_of(self, item->state.registers[number]);

	push(self, addr, addr, item->reached, item->guard, NULL);
}

/* What the entry point calls gets main(), whatever its name is. */
static void push_callbacks(Walk *self, const Item *item, const gchar *name)
{
	if (item->function == code_entry(self->code))
		push_callback(self, item, 0);
	for (guint i = 0; name && i < G_N_ELEMENTS(callers); i++)
		if (g_str_equal(name, callers[i].name))
			push_callback(self, item, callers[i].number);
}

static void call(Walk *self, Item *item, guint64 target, const gchar *name)
{
	gboolean asks = is_asking_call(name, &item->state);

	if (asks)
		guards_asks(self->guards, item->function);
	if (!code_is_object(self->code))
		push_callbacks(self, item, name);
	if (target && !name) {
		guards_calls(self->guards, item->function, target);
		push(self, target, target, item->reached, item->guard, NULL);
	}
	flow_called(&item->state, asks              ? KNOWN(KNOWN_CPU, 0)
				  : target && !name ? KNOWN(KNOWN_RESULT, target)
						    : 0);
}

static void call_register(Walk *self, Item *item, guint number)
{
	guint64 known = item->state.registers[number], addr = code_of(self, known);
	const gchar *name = KNOWN_KIND(known) == KNOWN_VARIABLE
				    ? code_import(self->code, KNOWN_ADDR(known))
				    : NULL;

	call(self, item, addr, addr ? NULL : name);
}

/* --- branches --- */

/* Is there one among so many words that run one after the other? */
static gboolean has(const Walk *self, guint64 addr, guint words, guint32 mask, guint32 value)
{
	const CodeRange *range = code_range(self->code, addr);

	for (; range && words && (addr - range->addr) / 4 < range->count; words--, addr += 4) {
		guint32 word = word_at(range, addr);

		if ((word & mask) == value)
			return TRUE;
		if ((word & 0xfe000000) == 0xd6000000 || (word & 0xfc000000) == 0x14000000)
			return FALSE;
	}
	return FALSE;
}

/* LSE on one side, ldxr or ldaxr on the other: the two ways of one atomic operation. */
static gboolean is_other_way(const Walk *self, guint64 with, guint64 without)
{
	return has(self, without, OTHER_WAY, 0x3fa00000, 0x08000000) &&
	       (has(self, with, SAME_WAY, 0x3f200c00, 0x38200000) ||
		has(self, with, SAME_WAY, 0x3fa07c00, 0x08a07c00) ||
		has(self, with, SAME_WAY, 0xbfa07c00, 0x08207c00));
}

static void push_side(Walk *self, const Item *item, guint64 addr, guint64 tested,
		      gboolean other_way)
{
	guint32 guard = guards_add(self->guards, item->guard, tested, other_way);

	push(self, addr, item->function, REACHED_GUARDED, guard, &item->state);
}

/* libgcc's unwinder asks for the length of SVE's vectors, cntd, where a frame says that it has
 * saved some: DWARF's register 46, "VG" (Arm, aadwarf64; libgcc/config/aarch64/aarch64-unwind.h).
 * Such a frame is made by SVE code alone. */
static gboolean is_frame_test(const Walk *self, const Item *item, FlowStep *step)
{
	const CodeRange *range = code_range(self->code, item->addr);
	guint32 branch = word_at(range, item->addr), first;
	guint64 with = branch & 1 ? item->addr + 4 : step->target;

	if ((branch & 0xff00001e) != 0x54000000 || item->addr == range->addr ||
	    (word_at(range, item->addr - 4) & 0xfffffc1f) != 0x7100b81f) /* b.eq, b.ne; cmp #46 */
		return FALSE;
	range = code_range(self->code, with);
	first = range ? word_at(range, with) : 0;
	if ((first & 0xffffffe0) != 0x04e0e3e0)
		return FALSE;
	step->tested = KNOWN(KNOWN_FRAME, 0);
	step->set = branch & 1 ? SIDE_NEXT : SIDE_TAKEN;
	return TRUE;
}

/* Goes on with the side on which nothing is shown; TRUE if that is the one below. */
static gboolean take_branch(Walk *self, Item *item, FlowStep *step)
{
	guint64 next = item->addr + 4;

	if ((!step->tested && !is_frame_test(self, item, step)) || step->set == SIDE_NONE) {
		push(self, step->target, item->function, item->reached, item->guard, &item->state);
		return TRUE;
	}
	if (step->set == SIDE_TAKEN) {
		push_side(self, item, step->target, step->tested,
			  is_other_way(self, step->target, next));
		return TRUE;
	}
	push_side(self, item, next, step->tested, is_other_way(self, next, step->target));
	push(self, step->target, item->function, item->reached, item->guard, &item->state);
	return FALSE;
}

static void jump(Walk *self, Item *item, guint64 target)
{
	const guint32 *mark = mark_at(self, target, NULL);
	const gchar *name = linked_name(self, target);
	gboolean leaves = mark && (*mark & MARK_START);

	if (is_asking_call(name, &item->state))
		guards_asks(self->guards, item->function);
	if (leaves && target != item->function)
		guards_calls(self->guards, item->function, target);
	push(self, target, leaves ? target : item->function, item->reached, item->guard,
	     &item->state);
}

/* --- what else is seen --- */

static gboolean names_the_question(const Walk *self, guint64 addr)
{
	static const gchar *const texts[] = {"getauxval", "/proc/self/auxv", "/proc/cpuinfo"};

	for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
		if (code_holds(self->code, addr, texts[i]))
			return TRUE;
	return FALSE;
}

static void look_at(Walk *self, const Item *item, const FlowStep *step)
{
	if (step->asks)
		guards_asks(self->guards, item->function);
	if (step->stored)
		guards_stores(self->guards, item->function, step->stored, step->value);
	if (!step->made || code_is_object(self->code))
		return;
	if (!code_range(self->code, KNOWN_ADDR(step->made))) {
		if (names_the_question(self, KNOWN_ADDR(step->made)))
			guards_asks(self->guards, item->function);
	} else {
		guint64 addr = KNOWN_ADDR(step->made);
		gboolean chooses = item->guard == GUARDS_CHOOSER;

		push(self, addr, addr,
		     chooses ? REACHED_GUARDED : MIN(item->reached, REACHED_POINTER), item->guard,
		     NULL);
	}
}

/* What stands below a call of these belongs to another path. */
static gboolean never_returns(const gchar *name)
{
	static const gchar *const names[] = {"abort",
					     "exit",
					     "_exit",
					     "_Exit",
					     "quick_exit",
					     "pthread_exit",
					     "longjmp",
					     "_longjmp",
					     "siglongjmp",
					     "__longjmp_chk",
					     "__assert_fail",
					     "__stack_chk_fail",
					     "__chk_fail",
					     "__fortify_fail",
					     "__libc_fatal",
					     "_Unwind_Resume",
					     "__cxa_throw",
					     "__cxa_rethrow",
					     "__cxa_bad_cast",
					     "_ZSt9terminatev",
					     "_ZSt17__throw_bad_allocv",
					     "_ZSt20__throw_length_errorPKc",
					     "_ZSt19__throw_logic_errorPKc",
					     "_ZSt20__throw_out_of_rangePKc",
					     "_ZSt24__throw_out_of_range_fmtPKcz",
					     NULL};

	return name && g_strv_contains(names, name);
}

/* One word. FALSE: it does not go on below. */
static gboolean take(Walk *self, Item *item, guint32 word)
{
	FlowStep step = flow_step(&item->state, word, item->addr);

	look_at(self, item, &step);
	switch (step.kind) {
	case FLOW_NEXT:
		return TRUE;
	case FLOW_JUMP:
		jump(self, item, step.target);
		return FALSE;
	case FLOW_BRANCH:
		return take_branch(self, item, &step);
	case FLOW_CALL:
		call(self, item, step.target == item->addr ? 0 : step.target,
		     linked_name(self, step.target));
		return !never_returns(linked_name(self, step.target));
	case FLOW_CALL_REGISTER:
		call_register(self, item, step.number);
		return TRUE;
	case FLOW_JUMP_REGISTER:
		jump(self, item, code_of(self, item->state.registers[step.number]));
		return FALSE;
	case FLOW_END:
		break;
	}
	return FALSE;
}

/* From one place on, until it ends, has been walked before, or runs into another function: not each
 * call that does not return is known to be one. */
static void follow(Walk *self, Item *item)
{
	const CodeRange *range = NULL;
	guint32 *mark = mark_at(self, item->addr, &range);
	guint64 first = item->addr;

	for (; mark && (item->addr - range->addr) / 4 < range->count; item->addr += 4, mark++) {
		if (MARK_REACHED(*mark) >= item->reached ||
		    ((*mark & MARK_START) && item->addr != first))
			return;
		*mark = (*mark & MARK_START) | (guint32)item->reached << 30 |
			(item->reached == REACHED_GUARDED ? item->guard : 0);
		if (!take(self, item, word_at(range, item->addr)))
			return;
	}
}

static void walk_all(Walk *self)
{
	while (self->items->len) {
		Item item = g_array_index(self->items, Item, self->items->len - 1);

		g_array_set_size(self->items, self->items->len - 1);
		follow(self, &item);
	}
}

static void mark_starts(Walk *self)
{
	g_autoptr(GArray) starts = code_starts(self->code);

	for (guint i = 0; i < starts->len; i++) {
		guint32 *mark = mark_at(self, g_array_index(starts, guint64, i), NULL);

		if (mark)
			*mark |= MARK_START;
	}
}

/* The roots that are surest first, so that little is walked twice. */
static void walk_roots(Walk *self)
{
	static const Reached reached[] = {[ROOT_START] = REACHED_BARE,
					  [ROOT_VISIBLE] = REACHED_BARE,
					  [ROOT_CHOOSER] = REACHED_BARE,
					  [ROOT_POINTER] = REACHED_POINTER};
	g_autoptr(GArray) roots = code_roots(self->code);

	for (guint i = 0; i < roots->len; i++) {
		const CodeRoot *root = &g_array_index(roots, CodeRoot, i);
		guint32 guard = root->kind == ROOT_CHOOSER ? GUARDS_CHOOSER : GUARDS_NONE;

		push(self, root->addr, root->addr, reached[root->kind], guard, NULL);
		walk_all(self);
	}
}

Walk *walk_new(Code *code)
{
	Walk *self = g_new0(Walk, 1);

	self->code = code;
	self->ranges = code_ranges(code, &self->count);
	self->marks = g_new0(guint32 *, self->count);
	for (guint i = 0; i < self->count; i++)
		self->marks[i] = g_new0(guint32, self->ranges[i].count);
	self->items = g_array_new(FALSE, FALSE, sizeof(Item));
	self->guards = guards_new();
	mark_starts(self);
	walk_roots(self);
	guards_settle(self->guards);
	return self;
}

void walk_free(Walk *self)
{
	if (!self)
		return;
	for (guint i = 0; i < self->count; i++)
		g_free(self->marks[i]);
	g_free(self->marks);
	g_array_unref(self->items);
	guards_free(self->guards);
	g_free(self);
}

Place walk_place(const Walk *self, guint64 addr)
{
	const guint32 *mark = mark_at(self, addr, NULL);
	Place place = {mark ? MARK_REACHED(*mark) : REACHED_NOT, {PROOF_NONE, 0}};

	if (place.reached == REACHED_GUARDED)
		place.proof = guards_proof(self->guards, MARK_GUARD(*mark));
	return place;
}
