/*
 * usable-size - malloc_usable_size tells the truth: at least what was asked for, all of it can
 * be written without touching another block, growth within it and beyond it keeps it, and it is
 * 0 for NULL.
 */
#include "check.h"

#include <malloc.h>

enum { LIVE = 600 };

static struct {
	unsigned char *block;
	size_t asked, usable;
} live[LIVE];

static void fill(size_t i, uint64_t *seed)
{
	size_t asked = check_pick_size(seed, 32 * KIB);
	live[i].asked = asked;
	live[i].block = i % 3 == 0   ? calloc(1, asked)
			: i % 3 == 1 ? malloc(asked)
				     : aligned_alloc(32, (asked + 31) & ~(size_t)31);
	CHECK(live[i].block, "allocation", "%zu bytes: NULL", asked);
	live[i].usable = malloc_usable_size(live[i].block);
	CHECK(live[i].usable >= asked, "usable size",
	      "block of %zu at %p, expected at least %zu, seen %zu", asked, (void *)live[i].block,
	      asked, live[i].usable);
	check_stamp(live[i].block, live[i].usable, i);
}

static void grow(size_t i)
{
	check_stamped(live[i].block, live[i].usable, i, "usable bytes",
		      "after all blocks were filled to their usable size");
	unsigned char *moved = realloc(live[i].block, live[i].usable);
	CHECK(moved, "allocation", "realloc to the usable size %zu is NULL", live[i].usable);
	check_stamped(moved, live[i].usable, i, "usable bytes", "after realloc to that size");
	moved = realloc(moved, live[i].usable + 200);
	CHECK(moved, "allocation", "realloc to %zu is NULL", live[i].usable + 200);
	check_stamped(moved, live[i].usable, i, "usable bytes", "after realloc beyond that size");
	live[i].block = moved;
}

int main(void)
{
	check_begin();
	uint64_t seed = 7;
	CHECK(malloc_usable_size(NULL) == 0, "usable size", "of NULL is %zu, expected 0",
	      malloc_usable_size(NULL));
	size_t asked = 0, usable = 0;
	for (size_t i = 0; i < LIVE; i++) {
		fill(i, &seed);
		asked += live[i].asked;
		usable += live[i].usable;
	}
	for (size_t i = 0; i < LIVE; i++)
		grow(i);
	for (size_t i = 0; i < LIVE; i++)
		free(live[i].block);
	printf("%d blocks, %zu bytes asked for, %zu usable and kept\n", LIVE, asked, usable);
	return 0;
}
