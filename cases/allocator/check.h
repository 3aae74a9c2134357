/*
 * check - what every allocator case shares: loud failure, stamped blocks, a seeded generator.
 *
 * A case calls check_begin() first, states each property with CHECK(), prints with printf() what
 * it has checked, and returns 0. A property that does not hold ends the process with status 1
 * and one line on stderr:
 *
 *	size-classes: alignment: malloc(24) at 0x4008, expected a multiple of 16 [size-classes.c:31]
 *
 *	check_begin();
 *	unsigned char *p = malloc(n);
 *	CHECK(p, "allocation", "malloc(%zu) is NULL", n);
 *	check_stamp(p, n, 7);
 *	check_stamped(p, n, 7, "content", "after the neighbour was freed");
 *
 * Nothing here allocates, so that only the case decides what the allocator sees. All functions
 * may be called from any thread.
 */
#ifndef CASES_ALLOCATOR_CHECK_H
#define CASES_ALLOCATOR_CHECK_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* PROPERTY is a short noun; the rest is a printf format with its arguments. */
#define CHECK(condition, property, ...)                                                            \
	((condition) ? (void)0 : check_fail(__FILE__, __LINE__, property, __VA_ARGS__))

/* Gives stdout a buffer of its own and prints which object provides malloc. */
void check_begin(void);

/* The object that provides the function at ADDRESS, "libc" where that cannot be told. Static. */
const char *check_provider(void *address);

__attribute__((noreturn, format(printf, 4, 5))) void
check_fail(const char *file, int line, const char *property, const char *format, ...);

/* Ends the case with status 77, REASON being the last line of stdout. */
__attribute__((noreturn)) void check_skip(const char *reason);

/*
 * From now on this process has SECONDS to end, or it fails with PROPERTY (a literal): for what
 * shows as a deadlock. A forked child sets its own.
 */
void check_deadline(unsigned seconds, const char *property);

/* Fills SIZE bytes with a pattern made of TAG and the position; unlike tags differ at once. */
void check_stamp(void *block, size_t size, uint64_t tag);

/* The first byte of the block that is not as check_stamp left it, SIZE where all are. */
size_t check_stamp_holds(const void *block, size_t size, uint64_t tag);

/* Fails with PROPERTY, the address, the offset and WHEN, unless the stamp holds. */
void check_stamped(const void *block, size_t size, uint64_t tag, const char *property,
		   const char *when);

/* The first byte that is not VALUE, SIZE where all are. */
size_t check_all_bytes(const void *block, size_t size, unsigned char value);

/* A number of /proc/self/statm in bytes: what the process maps, and what is resident of it. */
size_t check_mapped(void);
size_t check_resident(void);

/* A generator that yields the same sequence everywhere. State is the seed. */
uint64_t check_random(uint64_t *state);

/* From 0 to BELOW - 1. */
size_t check_pick(uint64_t *state, size_t below);

/* 1 to LIMIT, small ones far more often than large ones, as programs ask. */
size_t check_pick_size(uint64_t *state, size_t limit);

/*
 * The least alignment that malloc(SIZE) owes: that of any object that fits, which is
 * max_align_t's from its size on, and the largest power of two within SIZE below it.
 */
size_t check_owed_alignment(size_t size);

#ifdef __cplusplus
}
#endif

#endif
