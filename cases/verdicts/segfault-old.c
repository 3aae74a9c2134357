/*
 * segfault-old - without LSE it follows a null pointer. Fails on the baseline, but not of SIGILL:
 * diverges.
 */
#include "lse.h"

#include <stdio.h>

int main(void)
{
	static int value = 1;
	int *volatile chosen = has_lse() ? &value : NULL;
	puts("dereferencing");
	fflush(stdout);
	return *chosen != 1;
}
