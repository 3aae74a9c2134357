/*
 * thread-lse - the same in a second thread, while the first one waits: flagged, and the fault is
 * the second thread's.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>

static uint64_t counter;

static void *count(void *argument)
{
	uint64_t old;
	__asm__ volatile(".arch_extension lse\n\tldaddal %2, %0, %1"
			 : "=&r"(old), "+Q"(counter)
			 : "r"((uint64_t)1)
			 : "memory");
	return argument;
}

int main(void)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, count, NULL) != 0) {
		fputs("no thread\n", stderr);
		return 1;
	}
	pthread_join(thread, NULL);
	printf("counted %" PRIu64 " in a second thread\n", counter);
	return counter != 1;
}
