/* realloc-frees - realloc gives the old block away before it knows that there is a new one. */
#include "broken.h"

void *realloc(void *block, size_t size)
{
	size_t old = block ? libc_usable_size(block) : 0;
	void *moved = __libc_malloc(size);
	if (moved)
		memcpy(moved, block, old < size ? old : size);
	else
		memset(block, 0xdd, old);
	__libc_free(moved || size > 0 ? block : NULL);
	return moved;
}
