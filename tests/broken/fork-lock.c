/* fork-lock - one lock around everything, which a child may inherit locked. */
#include "broken.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void *malloc(size_t size)
{
	pthread_mutex_lock(&lock);
	void *block = __libc_malloc(size);
	pthread_mutex_unlock(&lock);
	return block;
}

void free(void *block)
{
	pthread_mutex_lock(&lock);
	__libc_free(block);
	pthread_mutex_unlock(&lock);
}
