/*
 * random-workload - a seeded mix of malloc, calloc, realloc, aligned_alloc and free over blocks
 * of 1 byte to 1 MiB, each stamped; every stamp must hold whenever its block is touched.
 */
#include "check.h"

enum { SLOTS = 400, STEPS = 9000 };

static struct slot {
	unsigned char *block;
	size_t size;
	uint64_t tag;
} slots[SLOTS];

static size_t done[5];
static uint64_t seed = 2024;

static void verify(const struct slot *slot)
{
	check_stamped(slot->block, slot->size, slot->tag, "content",
		      "while other blocks came and went");
}

static void set(struct slot *slot, void *block, size_t size, const char *call)
{
	CHECK(block, "allocation", "%s of %zu bytes is NULL", call, size);
	slot->block = block;
	slot->size = size;
	slot->tag = check_random(&seed);
	check_stamp(block, size, slot->tag);
}

static void by_malloc(struct slot *slot, size_t size)
{
	set(slot, malloc(size), size, "malloc");
}

static void by_calloc(struct slot *slot, size_t size)
{
	unsigned char *block = calloc(size, 1);
	size_t at = block ? check_all_bytes(block, size, 0) : size;
	CHECK(at == size, "zeroing", "calloc(%zu, 1) at %p has 0x%02x at offset %zu", size,
	      (void *)block, block[at], at);
	set(slot, block, size, "calloc");
}

static void by_aligned_alloc(struct slot *slot, size_t size)
{
	size_t alignment = (size_t)16 << check_pick(&seed, 4);
	size = (size + alignment - 1) / alignment * alignment;
	void *block = aligned_alloc(alignment, size);
	CHECK((uintptr_t)block % alignment == 0, "alignment", "aligned_alloc(%zu, %zu) gave %p",
	      alignment, size, block);
	set(slot, block, size, "aligned_alloc");
}

static void by_realloc(struct slot *slot, size_t size)
{
	void *block = realloc(slot->block, size);
	CHECK(block, "allocation", "realloc(%p, %zu) is NULL", (void *)slot->block, size);
	check_stamped(block, size < slot->size ? size : slot->size, slot->tag, "content",
		      "after realloc");
	set(slot, block, size, "realloc");
}

static void release(struct slot *slot)
{
	free(slot->block);
	*slot = (struct slot){NULL, 0, 0};
}

static void step(void)
{
	static void (*const fill[])(struct slot *, size_t) = {by_malloc, by_calloc,
							      by_aligned_alloc};
	struct slot *slot = &slots[check_pick(&seed, SLOTS)];
	size_t size = check_pick_size(&seed, check_pick(&seed, 100) ? 16 * KIB : MIB);
	size_t which = check_pick(&seed, 3);
	if (!slot->block) {
		fill[which](slot, size);
		done[which]++;
		return;
	}
	verify(slot);
	if (which == 0) {
		by_realloc(slot, size);
		done[3]++;
	} else {
		release(slot);
		done[4]++;
	}
}

int main(void)
{
	check_begin();
	for (int i = 0; i < STEPS; i++)
		step();
	for (size_t i = 0; i < SLOTS; i++) {
		verify(&slots[i]);
		release(&slots[i]);
	}
	printf("%zu malloc, %zu calloc, %zu aligned_alloc, %zu realloc, %zu free: contents held\n",
	       done[0], done[1], done[2], done[3], done[4]);
	return 0;
}
