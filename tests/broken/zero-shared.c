/* zero-shared - all blocks of 0 bytes are the same one, though it can be freed only once. */
#include "broken.h"

static char nothing[16];

void *malloc(size_t size)
{
	return size == 0 ? nothing : __libc_malloc(size);
}

void free(void *block)
{
	if (block != nothing)
		__libc_free(block);
}
