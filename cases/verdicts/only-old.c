/*
 * only-old - fails where LSE is there. Passes on the baseline only: inverted.
 */
#include "lse.h"

#include <stdio.h>

int main(void)
{
	if (has_lse()) {
		fputs("LSE is not expected here\n", stderr);
		return 1;
	}
	puts("no LSE, as expected");
	return 0;
}
