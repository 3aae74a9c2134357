/*
 * enomem - a failed allocation says why: POSIX wants errno ENOMEM of malloc, calloc (where the
 * product overflows, too), realloc and aligned_alloc, and ENOMEM itself of posix_memalign.
 */
#include "check.h"

/* Volatile, so that no compiler reasons about such sizes. */
static volatile size_t impossible = (size_t)PTRDIFF_MAX - 8191;

static void failed(void *block, const char *call)
{
	int error = errno;
	CHECK(!block, "oversize request", "%s of %zu bytes gave %p, expected NULL", call,
	      impossible, block);
	CHECK(error == ENOMEM, "errno", "%s of %zu bytes is NULL with errno %d, expected %d", call,
	      impossible, error, ENOMEM);
	errno = 0;
}

int main(void)
{
	check_begin();
	void *volatile held = malloc(1000);
	errno = 0;
	/* Both sides of PTRDIFF_MAX: allocators refuse them in different places. */
	for (int i = 0; i < 4; i++, impossible += 8192) {
		failed(malloc(impossible), "malloc");
		failed(calloc(1, impossible), "calloc");
		failed(calloc(impossible, 4), "calloc with a factor of 4");
		failed(realloc(NULL, impossible), "realloc of NULL");
		failed(aligned_alloc(64, impossible / 64 * 64), "aligned_alloc");
		failed(realloc(held, impossible), "realloc");
		void *block = NULL;
		int error = posix_memalign(&block, 64, impossible);
		CHECK(error == ENOMEM, "errno", "posix_memalign(64, %zu) gave %d, expected %d",
		      impossible, error, ENOMEM);
	}
	free(held);
	puts("7 calls with 4 sizes around PTRDIFF_MAX fail with ENOMEM");
	return 0;
}
