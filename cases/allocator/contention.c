/*
 * contention - eight threads hammer the same few size classes at once; every block keeps its
 * stamp until its thread looks again, so none is ever given to two threads.
 */
#include "check.h"

#include <pthread.h>

enum { THREADS = 8, SLOTS = 24, STEPS = 3500 };

static const size_t sizes[] = {16, 16, 32, 48, 64, 64, 128, 400, 1024, 5000};
static pthread_barrier_t start;

static void *hammer(void *argument)
{
	uint64_t seed = (uint64_t)(uintptr_t)argument;
	uint64_t own = seed << 32;
	unsigned char *block[SLOTS] = {NULL};
	size_t size[SLOTS] = {0};
	pthread_barrier_wait(&start);
	for (size_t step = 0; step < STEPS; step++) {
		size_t slot = check_pick(&seed, SLOTS);
		if (block[slot])
			check_stamped(block[slot], size[slot], own + slot, "content",
				      "while eight threads allocated");
		free(block[slot]);
		size[slot] = sizes[check_pick(&seed, LENGTH(sizes))];
		block[slot] = malloc(size[slot]);
		CHECK(block[slot], "allocation", "malloc(%zu) is NULL", size[slot]);
		check_stamp(block[slot], size[slot], own + slot);
	}
	for (size_t slot = 0; slot < SLOTS; slot++)
		free(block[slot]);
	return NULL;
}

int main(void)
{
	check_begin();
	check_deadline(30, "progress");
	pthread_barrier_init(&start, NULL, THREADS);
	pthread_t thread[THREADS];
	for (size_t i = 0; i < THREADS; i++)
		CHECK(pthread_create(&thread[i], NULL, hammer, (void *)(i + 1)) == 0, "threads",
		      "thread %zu cannot be started", i);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	printf("%d threads, %d allocations in %zu size classes\n", THREADS, THREADS * STEPS,
	       LENGTH(sizes));
	return 0;
}
