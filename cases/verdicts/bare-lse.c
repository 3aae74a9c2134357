/*
 * bare-lse - executes ldaddal without asking whether the CPU has it. Passes on the reference,
 * SIGILL on the baseline: flagged.
 */
#include <inttypes.h>
#include <stdio.h>

__attribute__((noinline)) static uint64_t add(uint64_t *counter, uint64_t by)
{
	uint64_t old;
	__asm__ volatile(".arch_extension lse\n\tldaddal %2, %0, %1"
			 : "=&r"(old), "+Q"(*counter)
			 : "r"(by)
			 : "memory");
	return old;
}

int main(void)
{
	uint64_t counter = 40;
	uint64_t old = add(&counter, 2);
	printf("%" PRIu64 " + 2 = %" PRIu64 "\n", old, counter);
	return counter != 42;
}
