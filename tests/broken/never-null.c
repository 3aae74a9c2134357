/* never-null - where there is no memory left, it hands out one spare block again and again. */
#include "broken.h"

static char spare[1 << 16];

void *malloc(size_t size)
{
	void *block = __libc_malloc(size);
	return block ? block : spare;
}

void free(void *block)
{
	if (block != spare)
		__libc_free(block);
}
