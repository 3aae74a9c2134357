/* tls-late - once its own destructor has run, a thread is taken for dead and gets nothing. */
#include "broken.h"

static pthread_key_t key;
static bool ready;
static _Thread_local bool dead __attribute__((tls_model("initial-exec")));

static void bury(void *unused)
{
	(void)unused;
	dead = true;
}

__attribute__((constructor)) static void prepare(void)
{
	ready = pthread_key_create(&key, bury) == 0;
}

void *malloc(size_t size)
{
	if (dead)
		return NULL;
	if (ready)
		pthread_setspecific(key, &key);
	return __libc_malloc(size);
}
