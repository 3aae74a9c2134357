/*
 * refuses-old - asks first, says what it misses and exits 1: diverges.
 */
#include "lse.h"

#include <stdio.h>

int main(void)
{
	if (!has_lse()) {
		fputs("LSE is required\n", stderr);
		return 1;
	}
	puts("LSE found");
	return 0;
}
