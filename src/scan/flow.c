#include "scan/flow.h"

#include "isa/isa.h"

#define RD(word)              ((word)&31)
#define RN(word)              ((word) >> 5 & 31)
#define RM(word)              ((word) >> 16 & 31)
#define BITS(word, high, low) ((word) >> (low) & ((1u << ((high) - (low) + 1)) - 1))

static gint64 sign(guint64 value, guint bits)
{
	guint64 top = G_GUINT64_CONSTANT(1) << (bits - 1);

	return (gint64)((value ^ top) - top);
}

static void set(FlowState *state, guint number, guint64 known)
{
	if (number == FLOW_ZERO)
		return;
	state->registers[number] = known;
	state->masked &= ~(1u << number);
}

/* A value with some of its bits taken out tells what the whole one did. */
static void set_part(FlowState *state, guint number, guint64 known)
{
	gboolean part = KNOWN_KIND(known) > KNOWN_ADDRESS;

	set(state, number, part ? known : 0);
	if (part && number != FLOW_ZERO)
		state->masked |= 1u << number;
}

static void set_flags(FlowState *state, guint64 known, gboolean any_set, gboolean all_set)
{
	state->flags = KNOWN_KIND(known) > KNOWN_ADDRESS ? known : 0;
	state->any_set = any_set;
	state->all_set = all_set;
	state->at_least = FALSE;
}

/* Of two that are put together, the one that tells more. */
static guint64 stronger(guint64 a, guint64 b)
{
	guint64 known = KNOWN_KIND(a) >= KNOWN_KIND(b) ? a : b;

	return KNOWN_KIND(known) > KNOWN_ADDRESS ? known : 0;
}

/* --- branches --- */

static FlowSide when(gboolean taken)
{
	return taken ? SIDE_TAKEN : SIDE_NEXT;
}

enum { EQ, NE, HS, LO, HI = 8, LS };

/* Equal and not equal tell of bits; and where it was compared with one bit, higher and lower do: so
 * do compilers test the highest bit that is known of a value. */
static void conditional(const FlowState *state, guint32 word, FlowStep *step)
{
	guint condition = word & 15;
	gboolean equal = condition == EQ;

	if (state->at_least &&
	    (condition == HS || condition == LO || condition == HI || condition == LS)) {
		step->tested = state->flags;
		step->set = when(condition == HS || condition == HI);
		return;
	}
	if (condition > NE || !(state->any_set || state->all_set))
		return;
	step->tested = state->flags;
	step->set = when(state->any_set ? !equal : equal);
}

static gboolean branch(const FlowState *state, guint32 word, guint64 pc, FlowStep *step)
{
	if ((word & 0x7c000000) == 0x14000000) { /* b, bl */
		step->kind = word >> 31 ? FLOW_CALL : FLOW_JUMP;
		step->target = pc + (guint64)(sign(word & 0x3ffffff, 26) * 4);
	} else if ((word & 0xff000000) == 0x54000000) { /* b.cond, bc.cond */
		step->kind = FLOW_BRANCH;
		step->target = pc + (guint64)(sign(BITS(word, 23, 5), 19) * 4);
		conditional(state, word, step);
	} else if ((word & 0x7e000000) == 0x34000000) { /* cbz, cbnz */
		step->kind = FLOW_BRANCH;
		step->target = pc + (guint64)(sign(BITS(word, 23, 5), 19) * 4);
		step->tested = state->registers[RD(word)];
		step->set = when(word >> 24 & 1);
	} else if ((word & 0x7e000000) == 0x36000000) { /* tbz, tbnz */
		step->kind = FLOW_BRANCH;
		step->target = pc + (guint64)(sign(BITS(word, 18, 5), 14) * 4);
		step->tested = state->registers[RD(word)];
		step->set = when(word >> 24 & 1);
	} else if ((word & 0xfe000000) ==
		   0xd6000000) { /* by register, with pointer authentication */
		guint kind = BITS(word, 24, 21) & 7;

		step->kind = kind == 0   ? FLOW_JUMP_REGISTER
			     : kind == 1 ? FLOW_CALL_REGISTER
					 : FLOW_END; /* ret, eret */
		step->number = RN(word);
	} else if ((word & 0xffe0001f) == 0xd4200000 || word >> 16 == 0) { /* brk, udf */
		step->kind = FLOW_END;
	} else {
		return FALSE;
	}
	if (KNOWN_KIND(step->tested) <= KNOWN_ADDRESS)
		step->tested = 0;
	return TRUE;
}

/* --- memory --- */

/* The variable that an address stands for: a known one; or what a slot of the GOT points to, which
 * goes by the slot's own address. */
static guint64 variable(guint64 base, guint64 offset)
{
	if (KNOWN_KIND(base) == KNOWN_ADDRESS)
		return KNOWN(KNOWN_VARIABLE, KNOWN_ADDR(base) + offset);
	return KNOWN_KIND(base) == KNOWN_VARIABLE ? base : 0;
}

static void touch(FlowState *state, guint32 word, guint64 place, gboolean load, FlowStep *step)
{
	if (load)
		set(state, RD(word), place);
	else if (place) {
		step->stored = KNOWN(KNOWN_ADDRESS, KNOWN_ADDR(place));
		step->value = state->registers[RD(word)];
	}
}

static void memory(FlowState *state, guint32 word, FlowStep *step)
{
	guint64 base = state->registers[RN(word)];

	if ((word & 0x3f000000) == 0x39000000) { /* ldr, str, an offset above 0; not of SIMD */
		guint64 offset = (guint64)BITS(word, 21, 10) << (word >> 30);

		if ((word & 0xffc00000) != 0xf9800000) /* prfm */
			touch(state, word, variable(base, offset), BITS(word, 23, 22), step);
	} else if ((word & 0x3f000000) ==
		   0x38000000) { /* ldur, by register, before or after; LSE */
		gboolean near = !(word >> 21 & 1) && BITS(word, 11, 10) == 0;
		guint64 offset = (guint64)sign(BITS(word, 20, 12), 9);

		touch(state, word, near ? variable(base, offset) : 0, BITS(word, 23, 22), step);
	} else if ((word & 0x3fe00000) == 0x08c00000 || (word & 0x3fe00000) == 0x08800000) {
		touch(state, word, variable(base, 0), word >> 22 & 1, step); /* ldar, stlr */
	} else if ((word & 0x3e000000) == 0x28000000) {                      /* ldp, stp */
		if (word >> 22 & 1) {
			set(state, RD(word), 0);
			set(state, BITS(word, 14, 10), 0);
		} else if (BITS(word, 24, 23) == 2) {
			guint64 offset =
				(guint64)(sign(BITS(word, 21, 15), 7) * (word >> 31 ? 8 : 4));

			touch(state, word, variable(base, offset), FALSE, step);
		}
	} else if ((word & 0x0a000000) == 0x08000000) { /* other loads and stores */
		if (!(word >> 26 & 1))
			set(state, RD(word), 0);
	}
}

/* --- arithmetic --- */

static void add_immediate(FlowState *state, guint32 word, FlowStep *step)
{
	guint64 base = state->registers[RN(word)];
	guint64 number = (guint64)BITS(word, 21, 10) << (word >> 22 & 1 ? 12 : 0);
	gboolean subtract = word >> 30 & 1;

	if (word >> 29 & 1) { /* cmp, cmn */
		gboolean part = state->masked >> RN(word) & 1;

		set_flags(state, base, subtract && !number, subtract && number && part);
		state->at_least = subtract && number > 2 &&
				  (!(number & (number - 1)) || !(number & (number + 1)));
		set(state, RD(word), 0);
	} else if (KNOWN_KIND(base) == KNOWN_ADDRESS && word >> 31) {
		step->made = KNOWN(KNOWN_ADDRESS,
				   KNOWN_ADDR(base) + (subtract ? (guint64)0 - number : number));
		set(state, RD(word), step->made);
	} else {
		set(state, RD(word), 0);
	}
}

static void address(FlowState *state, guint32 word, guint64 pc, FlowStep *step)
{
	guint64 made = KNOWN(KNOWN_ADDRESS, isa_adr_target(word, pc));

	if (!(word >> 31)) /* adr makes the whole, adrp the page of it */
		step->made = made;
	set(state, RD(word), made);
}

static void logical_immediate(FlowState *state, guint32 word)
{
	guint64 base = state->registers[RN(word)];
	guint operation = BITS(word, 30, 29);

	if (operation == 3) /* ands, tst */
		set_flags(state, base, TRUE, FALSE);
	set_part(state, RD(word), base);
}

static void logical_register(FlowState *state, guint32 word)
{
	guint64 n = state->registers[RN(word)], m = state->registers[RM(word)];
	guint operation = BITS(word, 30, 29);
	gboolean negated = word >> 21 & 1;

	if (operation == 1 && !negated && RN(word) == FLOW_ZERO && !BITS(word, 15, 10)) {
		gboolean part = state->masked >> RM(word) & 1;

		set(state, RD(word), m); /* mov */
		if (part && RD(word) != FLOW_ZERO)
			state->masked |= 1u << RD(word);
		return;
	}
	if (operation == 3) /* ands, tst, bics */
		set_flags(state, stronger(n, m), !negated, negated);
	set_part(state, RD(word), stronger(n, m));
}

static void compare_register(FlowState *state, guint32 word)
{
	guint64 known = stronger(state->registers[RN(word)], state->registers[RM(word)]);
	guint32 part = (state->masked >> RN(word) | state->masked >> RM(word)) & 1;

	if (word >> 29 & 1) /* cmp: of what was masked with what it was masked by */
		set_flags(state, known, FALSE, part != 0);
	set(state, RD(word), 0);
}

static void arithmetic(FlowState *state, guint32 word, guint64 pc, FlowStep *step)
{
	if ((word & 0x1f000000) == 0x10000000) {
		address(state, word, pc, step);
	} else if ((word & 0x1f800000) == 0x11000000) {
		add_immediate(state, word, step);
	} else if ((word & 0x1f800000) == 0x12000000) {
		logical_immediate(state, word);
	} else if ((word & 0x1f800000) == 0x13000000) { /* ubfm, sbfm, bfm: shifts, extractions */
		set_part(state, RD(word), state->registers[RN(word)]);
	} else if ((word & 0x1f000000) == 0x0a000000) {
		logical_register(state, word);
	} else if ((word & 0x1f000000) == 0x0b000000) {
		compare_register(state, word);
	} else if ((word & 0x1fe00000) == 0x1a800000) { /* csel, cset... */
		guint64 known = stronger(state->registers[RN(word)], state->registers[RM(word)]);

		set(state, RD(word), stronger(known, state->flags));
	} else if ((word & 0x3fe00000) == 0x3a400000) { /* ccmp, ccmn: several tests at once */
		set_flags(state, stronger(state->flags, state->registers[RN(word)]), FALSE, FALSE);
	} else if ((word & 0x7f800000) == 0x52800000) { /* movz: numbers are addresses, too */
		set(state, RD(word),
		    KNOWN(KNOWN_ADDRESS, (guint64)BITS(word, 20, 5) << 16 * BITS(word, 22, 21)));
	} else {
		set(state, RD(word), 0);
	}
}

/* By bits 28 to 25, the first level of the decoding (Arm ARM, C4.1). */
FlowStep flow_step(FlowState *state, guint32 word, guint64 pc)
{
	FlowStep step = {.kind = FLOW_NEXT};

	switch (BITS(word, 28, 25)) {
	case 4: /* loads and stores */
	case 6:
	case 12:
	case 14:
		memory(state, word, &step);
		break;
	case 5: /* data processing, register and immediate */
	case 13:
	case 8:
	case 9:
		arithmetic(state, word, pc, &step);
		break;
	case 7: /* floating point and SIMD: fmov, fcvt, umov to a general register */
	case 15:
		if ((word & 0x7f20fc00) == 0x1e200000 || (word & 0xbfe0fc00) == 0x0e003c00)
			set(state, RD(word), 0);
		break;
	default: /* branches, system, what is not allocated */
		if (!branch(state, word, pc, &step) &&
		    (word & 0xfff00000) == 0xd5300000) { /* mrs */
			step.asks = (word & 0xfffff800) == 0xd5380000;
			set(state, RD(word), step.asks ? KNOWN(KNOWN_CPU, 0) : 0);
		}
		break;
	}
	return step;
}

void flow_called(FlowState *state, guint64 result)
{
	for (guint i = 0; i <= 18; i++)
		state->registers[i] = 0;
	state->registers[0] = result;
	state->masked &= ~(guint32)0x7ffff;
	state->flags = 0;
}
