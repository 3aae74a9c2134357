/*
 * brk - executes what __builtin_trap is on arm64. SIGTRAP on both: broken, and no fault of an
 * instruction set.
 */
#include <stdio.h>

int main(void)
{
	puts("brk comes next");
	fflush(stdout);
	__asm__ volatile("brk #1000");
	return 0;
}
