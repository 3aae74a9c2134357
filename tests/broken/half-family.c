/* half-family - replaces the four oldest functions and leaves the aligned ones to the libc. */
#include "broken.h"

void *malloc(size_t size)
{
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
	return __libc_realloc(block, size);
}

void free(void *block)
{
	__libc_free(block);
}
