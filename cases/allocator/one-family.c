/*
 * one-family - all allocation functions come from the same object. An allocator that replaces
 * some and leaves others to the libc gets blocks to free that it has never seen.
 */
#include "check.h"

#include <malloc.h>

static const struct {
	const char *name;
	void *address;
} family[] = {
	{"calloc", (void *)calloc},
	{"realloc", (void *)realloc},
	{"free", (void *)free},
	{"aligned_alloc", (void *)aligned_alloc},
	{"posix_memalign", (void *)posix_memalign},
	{"memalign", (void *)memalign},
	{"malloc_usable_size", (void *)malloc_usable_size},
#ifdef __GLIBC__
	{"valloc", (void *)valloc},
#endif
};

int main(void)
{
	check_begin();
	const char *malloc_from = check_provider((void *)malloc);
	for (size_t i = 0; i < LENGTH(family); i++) {
		const char *from = check_provider(family[i].address);
		CHECK(strcmp(from, malloc_from) == 0, "family",
		      "%s comes from %s, expected %s like malloc", family[i].name, from,
		      malloc_from);
	}
	/* What the libc builds on top must end in the same heap, wherever it is defined. */
	for (size_t count = 1; count < 10000; count *= 3) {
		char *block = reallocarray(NULL, count, 7);
		CHECK(block && malloc_usable_size(block) >= count * 7, "family",
		      "reallocarray(NULL, %zu, 7) at %p has %zu usable bytes", count, (void *)block,
		      malloc_usable_size(block));
		free(block);
	}
	printf("%zu functions beside malloc, all from %s\n", LENGTH(family), malloc_from);
	return 0;
}
