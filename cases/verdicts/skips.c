/*
 * skips - does not apply, and says why: skipped.
 */
#include <stdio.h>

int main(void)
{
	puts("this case applies nowhere");
	return 77;
}
