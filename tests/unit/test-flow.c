/* What is known of registers, word by word. Encodings are those that GNU as makes. */
#include "scan/flow.h"

enum { PC = 0x400100 };

static FlowState after(const guint32 *words, gsize count, FlowStep *last)
{
	FlowState state = {0};

	for (gsize i = 0; i < count; i++)
		*last = flow_step(&state, words[i], PC + i * 4);
	return state;
}

#define AFTER(last, ...)                                                                           \
	after((const guint32[]){__VA_ARGS__}, G_N_ELEMENTS(((const guint32[]){__VA_ARGS__})), last)

#define assert_known(known, kind, addr) g_assert_cmphex(known, ==, KNOWN(kind, addr))

static void test_address(void)
{
	FlowStep step;
	FlowState state = AFTER(&step, 0xb0000000 /* adrp x0, 0x401000 */,
				0x91004000 /* add x0, x0, #0x10 */);

	assert_known(state.registers[0], KNOWN_ADDRESS, 0x401010);
	assert_known(step.made, KNOWN_ADDRESS, 0x401010);
	state = AFTER(&step, 0x10000041 /* adr x1, .+8 */, 0xd1001021 /* sub x1, x1, #4 */);
	assert_known(state.registers[1], KNOWN_ADDRESS, PC + 4);
	state = AFTER(&step, 0xd2800200 /* mov x0, #16 */);
	assert_known(state.registers[0], KNOWN_ADDRESS, 16);
	state = AFTER(&step, 0xd2800200, 0xf2a00020 /* movk x0, #1, lsl #16 */);
	g_assert_cmphex(state.registers[0], ==, 0);
	state = AFTER(&step, 0xb0000000, 0xaa0003e2 /* mov x2, x0 */);
	assert_known(state.registers[2], KNOWN_ADDRESS, 0x401000);
}

static void test_variable(void)
{
	FlowStep step;
	FlowState state = AFTER(&step, 0xb0000000, 0xb9402001 /* ldr w1, [x0, #0x20] */);

	assert_known(state.registers[1], KNOWN_VARIABLE, 0x401020);
	state = AFTER(&step, 0xb0000000, 0x39400401 /* ldrb w1, [x0, #1] */,
		      0x12000021 /* and w1, w1, #1 */);
	assert_known(state.registers[1], KNOWN_VARIABLE, 0x401001);
	g_assert_cmphex(state.masked, ==, 2);
	/* By way of the GOT it goes by its slot. */
	state = AFTER(&step, 0xb0000000, 0xf9400800 /* ldr x0, [x0, #0x10] */,
		      0xb9400400 /* ldr w0, [x0, #4] */);
	assert_known(state.registers[0], KNOWN_VARIABLE, 0x401010);
	/* What lies behind an unknown pointer is not known, nor what SIMD loads. */
	state = AFTER(&step, 0xb9400041 /* ldr w1, [x2] */);
	g_assert_cmphex(state.registers[1], ==, 0);
	state = AFTER(&step, 0xb0000000, 0xaa0003e1, 0x3dc00001 /* ldr q1, [x0] */);
	assert_known(state.registers[1], KNOWN_ADDRESS, 0x401000);
}

static void test_store(void)
{
	FlowStep step;

	AFTER(&step, 0xd5380602 /* mrs x2, id_aa64isar0_el1 */, 0xb0000000,
	      0xf9000402 /* str x2, [x0, #8] */);
	assert_known(step.stored, KNOWN_ADDRESS, 0x401008);
	assert_known(step.value, KNOWN_CPU, 0);
	AFTER(&step, 0xf9000402);
	g_assert_cmphex(step.stored, ==, 0);
}

static void test_tests(void)
{
	static const struct {
		guint32 words[4];
		FlowSide set;
	} branches[] = {
		{{0xb0000000, 0xb9400001, 0x34000041 /* cbz w1, .+8 */}, SIDE_NEXT},
		{{0xb0000000, 0xb9400001, 0x35000041 /* cbnz w1, .+8 */}, SIDE_TAKEN},
		{{0xb0000000, 0xb9400001, 0x36000041 /* tbz w1, #0, .+8 */}, SIDE_NEXT},
		{{0xb0000000, 0xb9400001, 0x37000041 /* tbnz w1, #0, .+8 */}, SIDE_TAKEN},
		{{0xb0000000, 0xb9400001, 0x7200003f /* tst w1, #1 */, 0x54000041 /* b.ne */},
		 SIDE_TAKEN},
		{{0xb0000000, 0xb9400001, 0x7200003f, 0x54000040 /* b.eq */}, SIDE_NEXT},
		{{0xb0000000, 0xb9400001, 0x7100003f /* cmp w1, #0 */, 0x54000040}, SIDE_NEXT},
		{{0xb0000000, 0xb9400001, 0x7101003f /* cmp w1, #64 */, 0x54000042 /* b.hs */},
		 SIDE_TAKEN},
		{{0xb0000000, 0xb9400001, 0x7101003f, 0x54000043 /* b.lo */}, SIDE_NEXT},
		{{0xb0000000, 0xb9400001, 0x7100fc3f /* cmp w1, #63 */, 0x54000048 /* b.hi */},
		 SIDE_TAKEN},
		{{0xb0000000, 0xb9400001, 0x7100fc3f, 0x54000049 /* b.ls */}, SIDE_NEXT},
	};

	for (guint i = 0; i < G_N_ELEMENTS(branches); i++) {
		guint count = branches[i].words[3] ? 4 : 3;
		FlowStep step;

		after(branches[i].words, count, &step);
		g_assert_cmpint(step.kind, ==, FLOW_BRANCH);
		g_assert_cmphex(step.target, ==, PC + (count - 1) * 4 + 8);
		assert_known(step.tested, KNOWN_VARIABLE, 0x401000);
		g_assert_cmpint(step.set, ==, branches[i].set);
	}
}

/* (x & 3) == 3: all are set on the side of "equal". A comparison of the whole value with a number
 * is none of bits. */
static void test_masks(void)
{
	FlowStep step;

	AFTER(&step, 0xb0000000, 0xb9400001, 0x12000421 /* and w1, w1, #3 */,
	      0x71000c3f /* cmp w1, #3 */, 0x54000040);
	assert_known(step.tested, KNOWN_VARIABLE, 0x401000);
	g_assert_cmpint(step.set, ==, SIDE_TAKEN);
	AFTER(&step, 0xb0000000, 0xb9400001, 0x71000c3f, 0x54000040);
	g_assert_cmphex(step.tested, ==, 0);
	AFTER(&step, 0xb0000000, 0xb9400001, 0x7100003f, 0x54000048 /* b.hi */);
	g_assert_cmphex(step.tested, ==, 0);
}

static void test_calls(void)
{
	FlowStep step;
	FlowState state = AFTER(&step, 0xb0000000, 0xaa0003f3 /* mov x19, x0 */, 0xaa0003e9);

	flow_called(&state, KNOWN(KNOWN_RESULT, 0x1234));
	assert_known(state.registers[0], KNOWN_RESULT, 0x1234);
	assert_known(state.registers[19], KNOWN_ADDRESS, 0x401000);
	g_assert_cmphex(state.registers[9], ==, 0);
	AFTER(&step, 0x97ffffff /* bl .-4 */);
	g_assert_cmpint(step.kind, ==, FLOW_CALL);
	g_assert_cmphex(step.target, ==, PC - 4);
	AFTER(&step, 0xd63f0120 /* blr x9 */);
	g_assert_cmpint(step.kind, ==, FLOW_CALL_REGISTER);
	g_assert_cmpuint(step.number, ==, 9);
}

static void test_ends(void)
{
	static const struct {
		guint32 word;
		FlowKind kind;
	} words[] = {
		{0xd65f03c0, FLOW_END} /* ret */,
		{0xd65f0bff, FLOW_END} /* retaa */,
		{0xd69f03e0, FLOW_END} /* eret */,
		{0xd4200000, FLOW_END} /* brk #0 */,
		{0x00000000, FLOW_END} /* udf #0 */,
		{0xd61f0200, FLOW_JUMP_REGISTER},
		{0xd71f0a11, FLOW_JUMP_REGISTER} /* braa */,
		{0x14000000, FLOW_JUMP} /* b . */,
		{0xd4000001, FLOW_NEXT} /* svc #0 */,
		{0xd503201f, FLOW_NEXT} /* nop */,
		{0x1e204000, FLOW_NEXT} /* fmov */,
		{0x04e0e3e0, FLOW_NEXT} /* cntd x0 */,
	};

	for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
		FlowStep step;

		AFTER(&step, words[i].word);
		g_assert_cmpint(step.kind, ==, words[i].kind);
	}
}

static void test_registers(void)
{
	FlowStep step;
	FlowState state = AFTER(&step, 0xd538001f /* mrs xzr, midr_el1 */);

	g_assert_true(step.asks);
	g_assert_cmphex(state.registers[FLOW_ZERO], ==, 0);
	AFTER(&step, 0xd53bd040 /* mrs x0, tpidr_el0 */);
	g_assert_false(step.asks);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/flow/address", test_address);
	g_test_add_func("/flow/variable", test_variable);
	g_test_add_func("/flow/store", test_store);
	g_test_add_func("/flow/tests", test_tests);
	g_test_add_func("/flow/masks", test_masks);
	g_test_add_func("/flow/calls", test_calls);
	g_test_add_func("/flow/ends", test_ends);
	g_test_add_func("/flow/registers", test_registers);
	return g_test_run();
}
