/* realloc-tail - realloc copies all but the last bytes when it moves a block. */
#include "broken.h"

void *realloc(void *block, size_t size)
{
	if (!block)
		return __libc_malloc(size);
	size_t old = libc_usable_size(block);
	if (size == 0 || size > PTRDIFF_MAX || size <= old)
		return __libc_realloc(block, size);
	void *moved = __libc_malloc(size);
	if (!moved)
		return NULL;
	memset(moved, 0, size);
	memcpy(moved, block, old > 32 ? old - 32 : old / 2);
	__libc_free(block);
	return moved;
}
