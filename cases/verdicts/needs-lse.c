/*
 * needs-lse - asks first, says what it misses and aborts: fails on the baseline only, without
 * SIGILL: diverges.
 */
#include "lse.h"

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	if (!has_lse()) {
		fputs("this program needs LSE (ARMv8.1-A), which this CPU does not have\n", stderr);
		abort();
	}
	puts("LSE found");
	return 0;
}
