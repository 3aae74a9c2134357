/*
 * oversize - requests that no address space can hold, and products that overflow, give NULL
 * from each function, never a short block; a block that could not be resized is as it was.
 */
#include "check.h"

#include <malloc.h>

/* Volatile, so that no compiler reasons about such sizes. */
static volatile size_t most = PTRDIFF_MAX;

/* Volatile, because a compiler takes what was given to realloc for gone. */
static void *volatile held;

static void refused(void *block, const char *call, size_t first, size_t second)
{
	CHECK(!block, "oversize request", "%s(%zu, %zu) gave %p, expected NULL", call, first,
	      second, block);
}

static void check_single(size_t size)
{
	refused(malloc(size), "malloc", size, 0);
	refused(calloc(1, size), "calloc", 1, size);
	refused(calloc(size, 1), "calloc", size, 1);
	refused(realloc(NULL, size), "realloc(NULL)", size, 0);
	refused(aligned_alloc(64, size / 64 * 64), "aligned_alloc", 64, size / 64 * 64);
	refused(memalign(4096, size), "memalign", 4096, size);
	void *block = NULL;
	int error = posix_memalign(&block, 64, size);
	CHECK(error != 0, "oversize request", "posix_memalign(64, %zu) gave %p, expected an error",
	      size, block);
}

static void check_product(size_t count, size_t size)
{
	refused(calloc(count, size), "calloc", count, size);
	held = malloc(100);
	check_stamp(held, 100, count);
	refused(reallocarray(held, count, size), "reallocarray", count, size);
	check_stamped(held, 100, count, "failed realloc", "after reallocarray had failed");
	free(held);
}

static void check_failed_realloc(size_t size)
{
	for (size_t old = 10; old < 2 * MIB; old *= 7) {
		held = malloc(old);
		CHECK(held, "allocation", "malloc(%zu) is NULL", old);
		check_stamp(held, old, old);
		refused(realloc(held, size), "realloc", old, size);
		void *other = malloc(old);
		check_stamp(other, old, 0);
		check_stamped(held, old, old, "failed realloc", "after realloc had failed");
		free(other);
		free(held);
	}
}

int main(void)
{
	check_begin();
	const size_t single[] = {most + 1, most + 4096, SIZE_MAX - 4096, SIZE_MAX - 63, SIZE_MAX};
	for (size_t i = 0; i < LENGTH(single); i++) {
		check_single(single[i]);
		check_failed_realloc(single[i]);
	}
	for (size_t shift = 1; shift < 63; shift++) {
		/* A product of 2^64 + 2^shift, which wraps to something small. */
		check_product((SIZE_MAX >> shift) + 2, (size_t)1 << shift);
		check_product((size_t)1 << shift, (SIZE_MAX >> shift) + 2);
	}
	printf("%zu sizes and 124 products refused\n", LENGTH(single));
	return 0;
}
