/*
 * huge - blocks of hundreds of MiB, touched once in each 16 MiB, live side by side, zeroed by
 * calloc, grown and shrunk by realloc, and freed; and blocks a page around the usual thresholds
 * between heap and mapping are whole.
 */
#include "check.h"

#include <malloc.h>

enum { LIVE = 4 };

static const size_t stride = 16 * MIB - 4096;

static size_t mark(size_t at, size_t tag)
{
	return at * 31 + tag;
}

static void touch(unsigned char *block, size_t size, size_t tag)
{
	for (size_t at = 0; at + sizeof(size_t) <= size; at += stride) {
		size_t word = mark(at, tag);
		memcpy(block + at, &word, sizeof(word));
	}
	block[size - 1] = (unsigned char)tag;
}

static void check_touched(unsigned char *block, size_t size, size_t tag, const char *when)
{
	for (size_t at = 0; at + sizeof(size_t) <= size; at += stride) {
		size_t word;
		memcpy(&word, block + at, sizeof(word));
		CHECK(word == mark(at, tag), "content",
		      "block of %zu MiB at %p %s: offset %zu holds %zu, expected %zu", size / MIB,
		      (void *)block, when, at, word, mark(at, tag));
	}
}

static unsigned char *whole(unsigned char *block, size_t size)
{
	CHECK(block, "allocation", "block of %zu bytes is NULL: %s", size, strerror(errno));
	size_t usable = malloc_usable_size(block);
	CHECK(usable >= size, "usable size", "block of %zu bytes at %p has %zu", size,
	      (void *)block, usable);
	return block;
}

static void check_side_by_side(void)
{
	static const size_t size[LIVE] = {160 * MIB, 256 * MIB + 1, 320 * MIB - 1, 200 * MIB};
	unsigned char *block[LIVE];
	for (int i = 0; i < LIVE; i++) {
		block[i] = whole(malloc(size[i]), size[i]);
		touch(block[i], size[i], i + 1);
	}
	for (int i = 0; i < LIVE; i++) {
		check_touched(block[i], size[i], i + 1, "among others");
		CHECK(block[i][size[i] - 1] == i + 1, "content", "last byte of %zu MiB at %p",
		      size[i] / MIB, (void *)block[i]);
		free(block[i]);
	}
	puts("160 to 320 MiB side by side");
}

static void check_resize(void)
{
	static const size_t size[] = {3 * MIB, 30 * MIB, 60 * MIB, 120 * MIB, 40 * MIB, 5 * MIB};
	unsigned char *block = whole(malloc(size[0]), size[0]);
	touch(block, size[0], 9);
	for (size_t i = 1; i < LENGTH(size); i++) {
		block = whole(realloc(block, size[i]), size[i]);
		size_t kept = size[i] < size[i - 1] ? size[i] : size[i - 1];
		check_touched(block, kept, 9, "after realloc");
		touch(block, size[i], 9);
	}
	free(block);
	puts("3 to 120 MiB and back by realloc");
}

static void check_zero(void)
{
	for (int round = 0; round < 2; round++) {
		unsigned char *block = whole(calloc(48, MIB), 48 * MIB);
		for (size_t at = 0; at < 48 * MIB; at += 64 * KIB)
			CHECK(block[at] == 0, "zeroing", "calloc(48, 1 MiB) at %p: offset %zu",
			      (void *)block, at);
		touch(block, 48 * MIB, 3);
		free(block);
	}
	puts("48 MiB zeroed");
}

static void check_thresholds(void)
{
	for (size_t power = 64 * KIB; power <= 64 * MIB; power *= 2) {
		for (size_t size = power - 4096; size <= power + 4096; size += 2048) {
			unsigned char *block = whole(malloc(size), size);
			block[0] = block[size / 2] = block[size - 1] = 1;
			free(block);
		}
	}
	puts("64 KiB to 64 MiB, a page around each power of two");
}

int main(void)
{
	check_begin();
	check_side_by_side();
	check_resize();
	check_zero();
	check_thresholds();
	return 0;
}
