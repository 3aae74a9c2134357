/* early-scratch - until its constructor has run, blocks come from a buffer that wraps around. */
#include "broken.h"

enum { SCRATCH = 16 << 10 };
static _Alignas(16) char scratch[SCRATCH];
static size_t used;
static bool ready;

__attribute__((constructor)) static void prepare(void)
{
	ready = true;
}

static bool from_scratch(const void *block)
{
	return (const char *)block >= scratch && (const char *)block < scratch + SCRATCH;
}

void *malloc(size_t size)
{
	size_t room = (size + 15) & ~(size_t)15;
	if (ready || room > SCRATCH)
		return __libc_malloc(size);
	if (room > SCRATCH - used)
		used = 0;
	used += room;
	return scratch + used - room;
}

void *realloc(void *block, size_t size)
{
	if (!from_scratch(block))
		return __libc_realloc(block, size);
	void *moved = __libc_malloc(size);
	size_t left = (size_t)(scratch + SCRATCH - (char *)block);
	return moved ? memcpy(moved, block, size < left ? size : left) : NULL;
}

void free(void *block)
{
	if (!from_scratch(block))
		__libc_free(block);
}
