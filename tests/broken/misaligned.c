/* misaligned - every block starts 8 bytes late. */
#include "broken.h"

enum { SHIFT = 8 };

static void *shifted(void *block)
{
	return block ? (char *)block + SHIFT : NULL;
}

/* What the dynamic loader allocated itself is not shifted, and is left alone. */
static void *unshifted(void *block)
{
	return block && (uintptr_t)block % 16 == SHIFT ? (char *)block - SHIFT : NULL;
}

void *malloc(size_t size)
{
	return shifted(__libc_malloc(size + SHIFT));
}

void *calloc(size_t count, size_t size)
{
	return shifted(__libc_calloc(1, count * size + SHIFT));
}

void *realloc(void *block, size_t size)
{
	return shifted(__libc_realloc(unshifted(block), size + SHIFT));
}

void free(void *block)
{
	__libc_free(unshifted(block));
}

size_t malloc_usable_size(void *block)
{
	return block ? libc_usable_size(unshifted(block)) - SHIFT : 0;
}
