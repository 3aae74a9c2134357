/*
 * passes - does nothing wrong: ok.
 */
#include <stdio.h>

int main(void)
{
	puts("passed");
	return 0;
}
