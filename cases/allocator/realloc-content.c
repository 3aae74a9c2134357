/*
 * realloc-content - growing and shrinking keep the content up to the smaller of both sizes: byte
 * by byte through the small classes, by factors up to 8 MiB and back, and by a seeded walk
 * over blocks that live side by side.
 */
#include "check.h"

enum { SLOTS = 48, STEPS = 2500 };

static void *resize(void *block, size_t from, size_t to, uint64_t tag)
{
	void *moved = realloc(block, to);
	CHECK(moved, "allocation", "realloc(%p, %zu) of a block of %zu is NULL", block, to, from);
	CHECK((uintptr_t)moved % check_owed_alignment(to) == 0, "alignment",
	      "realloc to %zu gave %p", to, moved);
	check_stamped(moved, from < to ? from : to, tag, "content",
		      from < to ? "after growth" : "after shrinking");
	check_stamp(moved, to, tag);
	return moved;
}

static void check_byte_by_byte(void)
{
	void *block = NULL;
	for (size_t size = 1; size <= 1200; size++)
		block = resize(block, size - 1, size, 1);
	for (size_t size = 1200; size > 1; size--)
		block = resize(block, size, size - 1, 1);
	free(block);
	puts("1 to 1200 bytes and back, byte by byte");
}

static void check_by_factors(void)
{
	size_t sizes[64];
	size_t count = 0;
	for (size_t size = 10; size < 12 * MIB; size = size * 3 + 1)
		sizes[count++] = size;
	void *block = NULL;
	for (size_t i = 0, from = 0; i < count; from = sizes[i++])
		block = resize(block, from, sizes[i], 2);
	for (size_t i = count - 1; i > 0; i--)
		block = resize(block, sizes[i], sizes[i - 1], 2);
	free(block);
	printf("10 bytes to %zu MiB and back in %zu steps\n", sizes[count - 1] / MIB, count);
}

static void check_walk(void)
{
	void *block[SLOTS] = {NULL};
	size_t size[SLOTS] = {0};
	uint64_t seed = 20;
	size_t moved = 0;
	for (size_t step = 0; step < STEPS; step++) {
		size_t slot = check_pick(&seed, SLOTS);
		size_t to = check_pick_size(&seed, 64 * KIB);
		void *before = block[slot];
		block[slot] = resize(before, size[slot], to, slot);
		size[slot] = to;
		moved += block[slot] != before;
	}
	for (size_t slot = 0; slot < SLOTS; slot++) {
		check_stamped(block[slot], size[slot], slot, "content", "after the walk");
		free(block[slot]);
	}
	printf("%d steps over %d blocks, %zu moved\n", STEPS, SLOTS, moved);
}

int main(void)
{
	check_begin();
	check_byte_by_byte();
	check_by_factors();
	check_walk();
	return 0;
}
