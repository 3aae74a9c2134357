/* usable-short - malloc_usable_size forgets that a size may need more than 28 bits. */
#include "broken.h"

size_t malloc_usable_size(void *block)
{
	return block ? libc_usable_size(block) & (((size_t)1 << 28) - 1) : 0;
}
