/*
 * no-overlap - of thousands of live blocks of all sizes, some of them in places freed before, no
 * two share a byte: seen from their addresses and usable sizes alone, whatever is written.
 */
#include "check.h"

#include <malloc.h>

enum { BLOCKS = 12000, CHURN = 24000 };

static struct range {
	unsigned char *start, *end;
} range[BLOCKS], sorted[BLOCKS];

static void fill(size_t i, uint64_t *seed)
{
	size_t size = check_pick_size(seed, 8 * KIB);
	range[i].start = malloc(size);
	CHECK(range[i].start, "allocation", "malloc(%zu) is NULL", size);
	size_t usable = malloc_usable_size(range[i].start);
	range[i].end = range[i].start + (usable > size ? usable : size);
}

static int by_start(const void *first, const void *second)
{
	const struct range *a = first, *b = second;
	return (a->start > b->start) - (a->start < b->start);
}

static void check_apart(const char *when)
{
	memcpy(sorted, range, sizeof(range));
	qsort(sorted, BLOCKS, sizeof(sorted[0]), by_start);
	for (size_t i = 1; i < BLOCKS; i++)
		CHECK(sorted[i - 1].end <= sorted[i].start, "overlap",
		      "%s %p (%zu bytes) and %p (%zu bytes) are both live", when,
		      (void *)sorted[i - 1].start,
		      (size_t)(sorted[i - 1].end - sorted[i - 1].start), (void *)sorted[i].start,
		      (size_t)(sorted[i].end - sorted[i].start));
}

int main(void)
{
	check_begin();
	uint64_t seed = 31;
	for (size_t i = 0; i < BLOCKS; i++)
		fill(i, &seed);
	check_apart("in a fresh heap");
	for (size_t i = 0; i < CHURN; i++) {
		size_t slot = check_pick(&seed, BLOCKS);
		free(range[slot].start);
		fill(slot, &seed);
	}
	check_apart("in a reused heap");
	for (size_t i = 0; i < BLOCKS; i++)
		free(range[i].start);
	printf("%d live blocks apart, before and after %d were replaced\n", BLOCKS, CHURN);
	return 0;
}
