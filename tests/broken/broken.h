/*
 * broken - what the deliberately broken allocators share: glibc's malloc, under the names that
 * glibc keeps for allocators that wrap it, and the functions that they replace.
 *
 * Each file here is one allocator for LD_PRELOAD with one fault, small enough that programs start
 * with it. tests/e2e/broken.t shows which case of the allocator suite catches it.
 */
#ifndef TESTS_BROKEN_BROKEN_H
#define TESTS_BROKEN_BROKEN_H

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

/* glibc has no such name for this one. */
static inline size_t libc_usable_size(void *block)
{
	static size_t (*real)(void *);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "malloc_usable_size");
	return real(block);
}

/*
 * The blocks that were handed out twice, and may never be freed: glibc's own checks would end the
 * program before the case can tell what is wrong.
 */
enum { TWICE = 1 << 14 };
static _Atomic(void *) twice_blocks[TWICE];

__attribute__((unused)) static inline void *give_twice(void *block)
{
	twice_blocks[((uintptr_t)block >> 4) % TWICE] = block;
	return block;
}

__attribute__((unused)) static inline bool given_twice(void *block)
{
	return twice_blocks[((uintptr_t)block >> 4) % TWICE] == block;
}

/* The thread that a block was allocated by, as far as that is known. */
enum { OWNERS = 1 << 15 };
static struct owner {
	_Atomic(void *) block;
	_Atomic(size_t) thread;
} owners[OWNERS];

__attribute__((unused)) static inline struct owner *owner_of(void *block)
{
	return &owners[((uintptr_t)block >> 4) % OWNERS];
}

__attribute__((unused)) static inline void *own(void *block)
{
	owner_of(block)->block = block;
	owner_of(block)->thread = (size_t)pthread_self();
	return block;
}

#endif
