/* free-errno - free leaves an errno of its own. */
#include "broken.h"

void free(void *block)
{
	__libc_free(block);
	errno = EINVAL;
}
