/* overlap - the thousandth block is the one before it once more. */
#include "broken.h"

static void *last;
static size_t last_size, calls;

void *malloc(size_t size)
{
	if (++calls >= 1000 && last && size > 0 && size <= last_size) {
		void *block = give_twice(last);
		last = NULL;
		calls = 0;
		return block;
	}
	last_size = size;
	return last = __libc_malloc(size);
}

void free(void *block)
{
	if (block == last)
		last = NULL;
	if (!given_twice(block))
		__libc_free(block);
}
