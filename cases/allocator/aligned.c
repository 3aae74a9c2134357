/*
 * aligned - aligned_alloc, posix_memalign and memalign keep every power of two from 8 bytes to
 * 4 MiB, for small and large sizes; such blocks can be resized and freed like any other, and
 * posix_memalign refuses what is no power of two or no multiple of a pointer's size.
 */
#include "check.h"

#include <malloc.h>

enum { LIVE = 4 };

static size_t blocks;

static void *by_aligned_alloc(size_t alignment, size_t size)
{
	/* C11 wants a multiple of the alignment. */
	return aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

static void *by_posix_memalign(size_t alignment, size_t size)
{
	void *block = NULL;
	int error = posix_memalign(&block, alignment, size);
	CHECK(error == 0, "allocation", "posix_memalign(%zu, %zu) gave %d", alignment, size, error);
	return block;
}

static const struct {
	const char *name;
	void *(*allocate)(size_t alignment, size_t size);
} functions[] = {
	{"aligned_alloc (rounding the size up)", by_aligned_alloc},
	{"posix_memalign", by_posix_memalign},
	{"memalign", memalign},
};

static void check_one(size_t which, size_t alignment, size_t size)
{
	unsigned char *live[LIVE];
	for (int i = 0; i < LIVE; i++) {
		live[i] = functions[which].allocate(alignment, size);
		CHECK(live[i], "allocation", "%s(%zu, %zu) is NULL", functions[which].name,
		      alignment, size);
		CHECK((uintptr_t)live[i] % alignment == 0, "alignment",
		      "%s(%zu, %zu) at %p, seen remainder %zu", functions[which].name, alignment,
		      size, (void *)live[i], (size_t)((uintptr_t)live[i] % alignment));
		CHECK(malloc_usable_size(live[i]) >= size, "usable size",
		      "%s(%zu, %zu) at %p, seen %zu", functions[which].name, alignment, size,
		      (void *)live[i], malloc_usable_size(live[i]));
		check_stamp(live[i], size, alignment + i);
		blocks++;
	}
	for (int i = 0; i < LIVE; i++) {
		check_stamped(live[i], size, alignment + i, "neighbours", "while all were live");
		unsigned char *moved = realloc(live[i], size + 100);
		CHECK(moved, "realloc of an aligned block", "realloc(%p, %zu) is NULL",
		      (void *)live[i], size + 100);
		check_stamped(moved, size, alignment + i, "realloc of an aligned block",
			      "after it grew");
		free(moved);
	}
}

static void check_refusals(void)
{
	static const size_t bad[] = {0, 1, 2, 3, 4, 7, 9, 24, 48, 100, 4095, 4097, SIZE_MAX};
	for (size_t i = 0; i < LENGTH(bad); i++) {
		char mark;
		void *block = &mark;
		int error = posix_memalign(&block, bad[i], 64);
		CHECK(error == EINVAL, "invalid alignment",
		      "posix_memalign(%zu, 64) gave %d and %p, expected EINVAL (%d)", bad[i], error,
		      block, EINVAL);
		CHECK(block == &mark || !block, "invalid alignment",
		      "posix_memalign(%zu, 64) failed and left %p", bad[i], block);
	}
	printf("%zu invalid alignments refused\n", LENGTH(bad));
}

int main(void)
{
	static const size_t sizes[] = {1, 8, 24, 100, 1000, 5000, 70000};
	check_begin();
	for (size_t which = 0; which < LENGTH(functions); which++)
		for (size_t alignment = 8; alignment <= 4 * MIB; alignment *= 2)
			for (size_t i = 0; i < LENGTH(sizes); i++)
				check_one(which, alignment, sizes[i]);
	printf("%zu blocks aligned to 8 bytes to 4 MiB\n", blocks);
	check_refusals();
	return 0;
}
