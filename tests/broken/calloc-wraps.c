/* calloc-wraps - calloc multiplies without a look at the overflow. */
#include "broken.h"

void *calloc(size_t count, size_t size)
{
	return __libc_calloc(1, count * size);
}
