/*
 * unlocked - a free list without a lock: now and then a thread takes the block that another one
 * has just taken.
 */
#include "broken.h"

static _Atomic(void *) head;
static _Atomic(size_t) head_size, taken_by, calls;

void *malloc(size_t size)
{
	size_t self = (size_t)pthread_self();
	void *block = head;
	if (block && taken_by != self && head_size == size && ++calls % 100 == 0)
		return give_twice(block);
	block = __libc_malloc(size);
	taken_by = self;
	head_size = size;
	head = block;
	return block;
}

void free(void *block)
{
	if (block == head)
		head = NULL;
	if (!given_twice(block))
		__libc_free(block);
}
