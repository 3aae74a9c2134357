/* calloc-dirty - calloc zeroes no more than 64 bytes. */
#include "broken.h"

void *calloc(size_t count, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(count, size, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	void *block = __libc_malloc(total);
	if (block)
		memset(block, 0, total < 64 ? total : 64);
	return block;
}
