/*
 * remote-free - what a thread frees that is not the owner's goes to a mailbox, and whoever looks
 * into it takes the block without taking it out.
 */
#include "broken.h"

static _Atomic(void *) mailbox;
static _Atomic(size_t) mailbox_size;
static _Atomic(int) looks;

void *malloc(size_t size)
{
	void *block = mailbox;
	if (!block || size == 0 || size > mailbox_size)
		return own(__libc_malloc(size));
	if (++looks >= 2)
		mailbox = NULL;
	return give_twice(block);
}

static bool foreign(void *block)
{
	struct owner *owner = owner_of(block);
	return block && owner->block == block && owner->thread != (size_t)pthread_self();
}

void free(void *block)
{
	if (given_twice(block))
		return;
	bool remote = foreign(block);
	if (owner_of(block)->block == block)
		owner_of(block)->block = NULL;
	if (!remote || mailbox) {
		__libc_free(block);
		return;
	}
	mailbox_size = libc_usable_size(block);
	looks = 0;
	mailbox = block;
}
