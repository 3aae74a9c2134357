/* ignores-alignment - asks for an alignment are taken for asks for memory, those of C++ too. */
#include "broken.h"

void *aligned_alloc(size_t alignment, size_t size)
{
	(void)alignment;
	return __libc_malloc(size);
}

void *memalign(size_t alignment, size_t size)
{
	(void)alignment;
	return __libc_malloc(size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
	(void)alignment;
	*block = __libc_malloc(size);
	return *block ? 0 : ENOMEM;
}
