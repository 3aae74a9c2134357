/*
 * early-late - the allocator serves ELF constructors, which may run before its own, and atexit
 * handlers and destructors, when the process already ends: early blocks are distinct, hold until
 * the end, and can be resized and freed there.
 */
#include "check.h"

#include <unistd.h>

enum { EARLY = 200 };

static unsigned char *early[EARLY];
static size_t early_count;

static size_t size_of(size_t i)
{
	return 1 + i * i / 3;
}

static void allocate_early(void)
{
	for (size_t i = 0; i < EARLY / 2; i++, early_count++) {
		size_t size = size_of(early_count);
		early[early_count] = malloc(size);
		CHECK(early[early_count], "early allocation", "malloc(%zu) is NULL", size);
		check_stamp(early[early_count], size, early_count);
	}
}

/* glibc runs these before any library's constructor; musl has none. */
#ifdef __GLIBC__
__attribute__((section(".preinit_array"), used)) static void (*preinit)(void) = allocate_early;
#else
__attribute__((constructor(101))) static void construct_first(void)
{
	allocate_early();
}
#endif

__attribute__((constructor)) static void construct(void)
{
	allocate_early();
}

static void release(const char *when, size_t first)
{
	for (size_t i = first; i < EARLY; i += 2) {
		check_stamped(early[i], size_of(i), i, "early blocks", when);
		unsigned char *block = realloc(early[i], size_of(i) + 300);
		CHECK(block, "late allocation", "realloc(%p, %zu) is NULL", (void *)early[i],
		      size_of(i) + 300);
		check_stamped(block, size_of(i), i, "early blocks", "after a late realloc");
		free(block);
	}
}

static void at_exit(void)
{
	release("in an atexit handler", 0);
}

__attribute__((destructor)) static void destruct(void)
{
	release("in a destructor", 1);
	printf("%zu blocks from before main freed after it\n", early_count);
	fflush(stdout);
}

int main(void)
{
	check_begin();
	CHECK(early_count == EARLY, "early allocation", "%zu of %d blocks before main", early_count,
	      EARLY);
	CHECK(atexit(at_exit) == 0, "late allocation", "atexit refused");
	return 0;
}
