/* new-null - operator new passes on what malloc said, instead of throwing. */
#include "broken.h"

/* The throwing forms of operator new and new[], plain and aligned, under their ABI names. */
void *_Znwm(size_t size);
void *_Znam(size_t size);
void *_ZnwmSt11align_val_t(size_t size, size_t alignment);
void *_ZnamSt11align_val_t(size_t size, size_t alignment);

void *_Znwm(size_t size)
{
	return __libc_malloc(size);
}

void *_Znam(size_t size)
{
	return __libc_malloc(size);
}

void *_ZnwmSt11align_val_t(size_t size, size_t alignment)
{
	return __libc_memalign(alignment, size);
}

void *_ZnamSt11align_val_t(size_t size, size_t alignment)
{
	return __libc_memalign(alignment, size);
}
