/* Started with a library loaded before it, as a program that is linked with it would be. */
#include <stdlib.h>
#include <string.h>

int main(void)
{
	char *block = malloc(1000);

	if (!block)
		return 1;
	memset(block, 1, 1000);
	free(block);
	return 0;
}
