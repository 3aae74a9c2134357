/*
 * hangs-old - waits for ever where LSE is missing. Timed out on the baseline only: diverges.
 */
#include "lse.h"

#include <stdio.h>
#include <unistd.h>

int main(void)
{
	while (!has_lse())
		pause();
	puts("did not wait");
	return 0;
}
