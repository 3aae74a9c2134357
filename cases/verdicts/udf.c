/*
 * udf - executes the instruction that is undefined for good. SIGILL on both: inconclusive.
 */
#include <stdio.h>

int main(void)
{
	puts("udf comes next");
	fflush(stdout);
	__asm__ volatile(".inst 0x00000000");
	return 0;
}
