/*
 * usable-lies - malloc_usable_size promises 24 bytes that belong to the next block. The blocks
 * come from a plain row, for glibc would notice what is written behind its own.
 */
#include "broken.h"

enum { GRAIN = 16, GRAINS = 1 << 20 };
static _Alignas(GRAIN) char row[GRAINS][GRAIN];
static unsigned sizes[GRAINS];
static _Atomic(size_t) used;

static bool from_row(const void *block)
{
	return (uintptr_t)block - (uintptr_t)row < sizeof(row);
}

static unsigned *size_of(const void *block)
{
	return &sizes[((uintptr_t)block - (uintptr_t)row) / GRAIN];
}

void *malloc(size_t size)
{
	size_t grains = size / GRAIN + 1;
	if (grains > GRAINS / 64 || used + grains > GRAINS)
		return __libc_malloc(size);
	size_t first = atomic_fetch_add(&used, grains);
	sizes[first] = (unsigned)(grains * GRAIN);
	return row[first];
}

size_t malloc_usable_size(void *block)
{
	if (!from_row(block))
		return block ? libc_usable_size(block) : 0;
	return *size_of(block) + 24;
}

void *realloc(void *block, size_t size)
{
	if (!from_row(block))
		return block ? __libc_realloc(block, size) : malloc(size);
	void *moved = malloc(size);
	return moved ? memcpy(moved, block, size < *size_of(block) ? size : *size_of(block)) : NULL;
}

void free(void *block)
{
	if (!from_row(block))
		__libc_free(block);
}
