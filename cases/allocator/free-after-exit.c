/*
 * free-after-exit - blocks outlive the thread that allocated them: after it has gone, others
 * read, resize and free them, and new threads may use the memory, without one byte changing too
 * early.
 */
#include "check.h"

#include <pthread.h>

enum { GENERATIONS = 12, BLOCKS = 250 };

static struct legacy {
	unsigned char *block[BLOCKS];
	size_t size[BLOCKS];
	size_t generation;
} legacies[GENERATIONS];

static uint64_t tag_of(size_t generation, size_t i)
{
	return generation * 1000 + i;
}

static void *leave(void *argument)
{
	struct legacy *legacy = argument;
	uint64_t seed = legacy->generation + 1;
	for (size_t i = 0; i < BLOCKS; i++) {
		size_t size = check_pick_size(&seed, 32 * KIB);
		legacy->size[i] = size;
		legacy->block[i] = malloc(size);
		CHECK(legacy->block[i], "allocation", "malloc(%zu) is NULL", size);
		check_stamp(legacy->block[i], size, tag_of(legacy->generation, i));
	}
	/* Some of its own it frees itself, so that there are holes to adopt. */
	for (size_t i = 0; i < BLOCKS; i += 5) {
		free(legacy->block[i]);
		legacy->block[i] = NULL;
	}
	return NULL;
}

static void *inherit(void *argument)
{
	struct legacy *legacy = argument;
	for (size_t i = 0; i < BLOCKS; i++) {
		unsigned char *block = legacy->block[i];
		size_t size = legacy->size[i];
		if (!block)
			continue;
		check_stamped(block, size, tag_of(legacy->generation, i), "content",
			      "after its thread had exited");
		if (i % 3 == 0) {
			block = realloc(block, size + 500);
			check_stamped(block, size, tag_of(legacy->generation, i), "content",
				      "after another thread resized it");
		}
		free(block);
	}
	return NULL;
}

static void run(void *(*body)(void *), struct legacy *legacy)
{
	pthread_t thread;
	CHECK(pthread_create(&thread, NULL, body, legacy) == 0, "threads", "no thread");
	pthread_join(thread, NULL);
}

int main(void)
{
	check_begin();
	for (size_t i = 0; i < GENERATIONS; i++) {
		legacies[i].generation = i;
		run(leave, &legacies[i]);
		/* Two generations back, by a new thread and by the first one in turns. */
		if (i >= 2 && i % 2)
			run(inherit, &legacies[i - 2]);
		else if (i >= 2)
			inherit(&legacies[i - 2]);
	}
	inherit(&legacies[GENERATIONS - 2]);
	inherit(&legacies[GENERATIONS - 1]);
	printf("%d blocks of %d threads outlived them\n", GENERATIONS * BLOCKS * 4 / 5,
	       GENERATIONS);
	return 0;
}
