/*
 * size-classes - malloc of every size up to 1 KiB, then around each eighth of a power of two up
 * to 8 MiB, owes its alignment and its whole length, while blocks of the same class live beside.
 */
#include "check.h"

#include <malloc.h>

enum { NEIGHBOURS = 4 };

static size_t blocks;

static void check_block(unsigned char *block, size_t size)
{
	size_t owed = check_owed_alignment(size);
	CHECK(block, "allocation", "malloc(%zu) is NULL: %s", size, strerror(errno));
	CHECK((uintptr_t)block % owed == 0, "alignment",
	      "malloc(%zu) at %p, expected a multiple of %zu, seen remainder %zu", size,
	      (void *)block, owed, (size_t)((uintptr_t)block % owed));
	size_t usable = malloc_usable_size(block);
	CHECK(usable >= size, "usable size", "malloc(%zu) at %p, expected at least %zu, seen %zu",
	      size, (void *)block, size, usable);
	blocks++;
}

/* Above a page the ends of a block are enough: what overlaps overlaps there. */
static size_t edge(size_t size)
{
	return size > 4 * KIB ? KIB : size / 2;
}

static void check_size(size_t size)
{
	unsigned char *block[NEIGHBOURS];
	for (int i = 0; i < NEIGHBOURS; i++) {
		block[i] = malloc(size);
		check_block(block[i], size);
		check_stamp(block[i], edge(size), size + i);
		check_stamp(block[i] + size - edge(size), edge(size), size - i);
	}
	for (int i = 0; i < NEIGHBOURS; i++) {
		check_stamped(block[i], edge(size), size + i, "neighbours", "at its start");
		check_stamped(block[i] + size - edge(size), edge(size), size - i, "neighbours",
			      "before its end");
		free(block[i]);
	}
}

int main(void)
{
	check_begin();
	for (size_t size = 1; size <= KIB; size++)
		check_size(size);
	for (size_t power = KIB; power < 8 * MIB; power *= 2) {
		for (size_t eighth = 1; eighth <= 8; eighth++) {
			size_t size = power + eighth * (power / 8);
			check_size(size - 1);
			check_size(size);
			check_size(size + 1);
		}
	}
	printf("%zu blocks of 1 byte to 8 MiB aligned, long enough and apart\n", blocks);
	return 0;
}
