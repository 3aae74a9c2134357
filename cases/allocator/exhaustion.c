/*
 * exhaustion - under a limit of address space malloc says NULL and ENOMEM at the end, not before
 * something is gained and not by dying; calloc, realloc and aligned_alloc say so too, the blocks
 * that were given stay whole, and once they are freed as much can be had again.
 */
#include "check.h"

#include <sys/resource.h>

enum { MOST = 4096 };

/*
 * An emulator lives under the same limit and dies if nothing at all is left. So blocks are taken
 * while they leave it a reserve; what must be refused then is a block larger than what is left.
 */
static const size_t large = 64 * MIB, medium = 8 * MIB, reserve = 40 * MIB;
static const size_t refused = 48 * MIB, cap = (size_t)4 << 30;

static unsigned char *block[MOST];
static size_t size[MOST];
static size_t count, total, limit;

static size_t left(void)
{
	size_t mapped = check_mapped();
	return mapped < limit ? limit - mapped : 0;
}

static void mark(size_t i)
{
	check_stamp(block[i], 64, i);
	check_stamp(block[i] + size[i] - 64, 64, i);
}

static void check_mark(size_t i)
{
	check_stamped(block[i], 64, i, "content", "after exhaustion");
	check_stamped(block[i] + size[i] - 64, 64, i, "content", "after exhaustion");
}

static bool take(size_t wanted)
{
	CHECK(count < MOST && total < limit, "exhaustion",
	      "%zu MiB in %zu blocks and no end, under a limit of %zu MiB", total / MIB, count,
	      limit / MIB);
	errno = 0;
	block[count] = malloc(wanted);
	int error = errno;
	if (!block[count]) {
		CHECK(error == ENOMEM, "errno",
		      "malloc(%zu) is NULL with errno %d, expected ENOMEM (%d)", wanted, error,
		      ENOMEM);
		return false;
	}
	size[count] = wanted;
	mark(count++);
	total += wanted;
	return true;
}

static void exhaust(void)
{
	count = total = 0;
	while (left() > large + reserve && take(large))
		;
	while (left() > medium + reserve && take(medium))
		;
	while (take(refused))
		;
	CHECK(total >= large, "exhaustion", "NULL after %zu MiB under a limit of %zu MiB",
	      total / MIB, limit / MIB);
}

static void check_refused(void *given, const char *call, size_t wanted)
{
	int error = errno;
	CHECK(!given, "exhaustion", "%s of %zu bytes gave %p after malloc gave NULL", call, wanted,
	      given);
	CHECK(error == ENOMEM, "errno", "%s of %zu bytes is NULL with errno %d, expected %d", call,
	      wanted, error, ENOMEM);
	errno = 0;
}

static void check_others(void)
{
	errno = 0;
	check_refused(calloc(2, large), "calloc", 2 * large);
	check_refused(aligned_alloc(4096, 2 * large), "aligned_alloc", 2 * large);
	check_refused(realloc(block[0], size[0] + 2 * large), "realloc", size[0] + 2 * large);
}

static void release(void)
{
	for (size_t i = 0; i < count; i++) {
		check_mark(i);
		free(block[i]);
	}
}

/* The same again, whatever an allocator has kept of the address space. */
static void take_again(void)
{
	size_t before = count;
	count = total = 0;
	while (count < before && take(size[count]))
		;
}

int main(void)
{
	check_begin();
	struct rlimit allowed;
	if (getrlimit(RLIMIT_AS, &allowed) != 0 || allowed.rlim_cur > cap)
		check_skip("no limit of 4 GiB or less on the address space");
	limit = allowed.rlim_cur;
	exhaust();
	size_t first = total, blocks = count;
	check_others();
	release();
	take_again();
	release();
	/* A quarter may stay with other sizes, or with the emulator. */
	CHECK(total >= first - first / 4, "recovery", "%zu MiB at first, %zu MiB after free",
	      first / MIB, total / MIB);
	printf("%zu MiB in %zu blocks until ENOMEM, %zu MiB again after free\n", first / MIB,
	       blocks, total / MIB);
	return 0;
}
