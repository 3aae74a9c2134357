/*
 * edges - what the standard says at the edges: malloc(0) is NULL or distinct and freeable,
 * free(NULL) does nothing, realloc(NULL, n) allocates, realloc(p, 0) leaves nothing half freed,
 * calloc with a zero factor, and free keeps errno (POSIX.1-2024; glibc 2.33, musl 1.2.3).
 */
#include "check.h"

enum { EMPTY = 64 };

static void check_empty_blocks(void)
{
	void *block[EMPTY];
	for (int i = 0; i < EMPTY; i++) {
		block[i] = i % 2 ? malloc(0) : calloc(i, 0);
		for (int j = 0; j < i; j++)
			CHECK(!block[i] || block[i] != block[j], "zero size",
			      "two live blocks of 0 bytes at %p", block[i]);
	}
	for (int i = 0; i < EMPTY; i++)
		free(block[i]);
}

static void check_zero_resize(void)
{
	for (size_t size = 1; size < MIB; size *= 4) {
		unsigned char *keep = malloc(size);
		check_stamp(keep, size, size);
		free(realloc(malloc(size), 0));
		unsigned char *next = malloc(size), *last = malloc(size);
		CHECK(next && last && next != last && next != keep && last != keep, "zero resize",
		      "after realloc(p, 0) of %zu bytes: %p, %p and %p are live", size,
		      (void *)keep, (void *)next, (void *)last);
		memset(next, 0, size);
		memset(last, 0, size);
		check_stamped(keep, size, size, "zero resize", "after realloc(p, 0) of another");
		free(last);
		free(next);
		free(keep);
	}
}

static void check_from_null(void)
{
	for (int i = 0; i < 100; i++)
		free(NULL);
	unsigned char *block = realloc(NULL, 500);
	CHECK(block, "realloc of NULL", "realloc(NULL, 500) is NULL");
	check_stamp(block, 500, 5);
	block = realloc(block, 5000);
	check_stamped(block, 500, 5, "realloc of NULL", "after growth to 5000");
	free(block);
}

static void check_errno(void)
{
	for (size_t size = 1; size <= 64 * MIB; size *= 4) {
		char *block = malloc(size);
		CHECK(block, "allocation", "malloc(%zu) is NULL", size);
		block[0] = block[size - 1] = 1;
		errno = ERANGE;
		free(block);
		CHECK(errno == ERANGE, "errno across free",
		      "free of %zu bytes at %p left %d, expected %d", size, (void *)block, errno,
		      ERANGE);
	}
	errno = ERANGE;
	free(NULL);
	CHECK(errno == ERANGE, "errno across free", "free(NULL) left %d", errno);
}

int main(void)
{
	check_begin();
	check_empty_blocks();
	check_zero_resize();
	check_from_null();
	check_errno();
	printf("%d empty blocks, realloc from NULL and to 0, errno across free\n", EMPTY);
	return 0;
}
