/*
 * deep-lse - the same five calls below main, in optimised code: flagged, with a backtrace
 * through release, unref, publish, settle and bump.
 */
#include <inttypes.h>
#include <stdio.h>

static uint64_t counter;

#define CALLED __attribute__((noinline, noclone)) static

CALLED uint64_t bump(uint64_t by)
{
	uint64_t old;
	__asm__ volatile(".arch_extension lse\n\tldaddal %2, %0, %1"
			 : "=&r"(old), "+Q"(counter)
			 : "r"(by)
			 : "memory");
	return old;
}

/* Each uses what it is given after the call, so that none becomes a tail call. */
CALLED uint64_t settle(uint64_t by)
{
	return bump(by + 1) + by;
}

CALLED uint64_t publish(uint64_t by)
{
	return settle(by + 1) + by;
}

CALLED uint64_t unref(uint64_t by)
{
	return publish(by + 1) + by;
}

CALLED uint64_t release(uint64_t by)
{
	return unref(by + 1) + by;
}

int main(void)
{
	uint64_t sum = release(1);
	printf("sum %" PRIu64 ", counter %" PRIu64 "\n", sum, counter);
	return sum != 10 || counter != 5;
}
