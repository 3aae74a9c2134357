/* talker: prints for ever. */
#include <stdio.h>

int main(void)
{
	for (unsigned long line = 0;; line++)
		printf("line %lu of very many\n", line);
}
