/*
 * flow - what one A64 instruction does to the flow of control and to what is known of registers.
 *
 * What is known is little: addresses that code makes, values that it loads from variables, and
 * answers to the question which CPU it runs on. That is what tests of the CPU are made of.
 * Encodings: Arm ARM (DDI 0487), C4.1 "A64 instruction set encoding".
 */
#ifndef SCAN_FLOW_H
#define SCAN_FLOW_H

#include <glib.h>

/* What a register holds, with an address in the low bits of the word. */
typedef enum {
	KNOWN_NOT,
	KNOWN_ADDRESS,  /* the address itself */
	KNOWN_VARIABLE, /* what was loaded from there */
	KNOWN_RESULT,   /* what the function there returned */
	KNOWN_FRAME,    /* what a frame on the stack has saved, as an unwinder reads it */
	KNOWN_CPU,      /* from the CPU's identification registers, or the auxiliary vector */
} KnownKind;

#define KNOWN_SHIFT       60
#define KNOWN(kind, addr) ((guint64)(kind) << KNOWN_SHIFT | ((addr)&0x0fffffffffffffff))
#define KNOWN_KIND(known) ((KnownKind)((known) >> KNOWN_SHIFT))
#define KNOWN_ADDR(known) ((known)&0x0fffffffffffffff)

enum { FLOW_ZERO = 31, FLOW_REGISTERS = 32 };

/* What is known at a place. */
typedef struct {
	guint64 registers[FLOW_REGISTERS]; /* that of number 31 stays KNOWN_NOT */
	guint64 flags;                     /* what the condition flags were made from */
	gboolean any_set;                  /* by TST: NE is "one of the bits is set" */
	gboolean all_set;                  /* by BICS or a comparison: EQ is "all are set" */
	gboolean at_least;                 /* by a comparison with one bit: HS is "it, or a higher
					      one, is set"; with all below it: HI is */
	guint32 masked;                    /* registers that hold some of a value's bits */
} FlowState;

typedef enum {
	FLOW_NEXT,
	FLOW_JUMP,          /* B */
	FLOW_BRANCH,        /* B.cond, CBZ, TBZ... */
	FLOW_CALL,          /* BL */
	FLOW_JUMP_REGISTER, /* BR */
	FLOW_CALL_REGISTER, /* BLR */
	FLOW_END,           /* RET, traps */
} FlowKind;

typedef enum { SIDE_NONE, SIDE_TAKEN, SIDE_NEXT } FlowSide;

typedef struct {
	FlowKind kind;
	guint64 target; /* of JUMP, BRANCH and CALL */
	guint number;   /* the register of JUMP_REGISTER and CALL_REGISTER */
	guint64 tested; /* of BRANCH: what is known of that which decides; a KNOWN() word */
	FlowSide set;   /* of BRANCH: where it goes on if the bits that are tested are set */
	guint64 stored; /* a store to a known variable: KNOWN() of its address, else 0 */
	guint64 value;  /* of a store: KNOWN() of what is stored */
	gboolean asks;  /* reads an identification register */
	guint64 made;   /* an address that it made: KNOWN_ADDRESS, else 0 */
} FlowStep;

/* What the word at pc does; state becomes what is known after it, but for calls: see flow_called().
 */
FlowStep flow_step(FlowState *state, guint32 word, guint64 pc);

/* After a call only what a callee keeps is known (AAPCS64, 6.1.1), and in x0 this. */
void flow_called(FlowState *state, guint64 result);

#endif
