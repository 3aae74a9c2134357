/* leak - free does nothing. */
#include "broken.h"

void free(void *block)
{
	(void)block;
}
