/*
 * fails - exits 1 whatever the CPU: broken.
 */
#include <stdio.h>

int main(void)
{
	fputs("this case always fails\n", stderr);
	return 1;
}
