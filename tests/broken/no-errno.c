/* no-errno - fails without saying why. */
#include "broken.h"

void *malloc(size_t size)
{
	int before = errno;
	void *block = __libc_malloc(size);
	errno = before;
	return block;
}
