/*
 * calloc-zero - calloc's memory is zero although the heap was filled with dirt and freed before,
 * for small, medium and large blocks, for any split into count and size; so is what follows
 * when zeroed blocks are themselves dirtied and freed, round after round.
 */
#include "check.h"

#include <malloc.h>

enum { ROUNDS = 2, MOST = 256 };

static const struct {
	size_t count, size, blocks;
} shapes[] = {
	{1, 1, MOST},    {1, 8, MOST},    {3, 5, MOST},       {1, 16, MOST},  {1, 24, MOST},
	{12, 4, MOST},   {1, 64, MOST},   {7, 13, MOST},      {1, 160, MOST}, {2, 256, MOST},
	{1, 1000, 128},  {1, 1024, 128},  {500, 4, 64},       {1, 4096, 32},  {1, 4097, 32},
	{33, 1000, 16},  {1, 65536, 8},   {16384, 8, 8},      {1, 262145, 4}, {1024, 1024, 3},
	{1, 4 << 20, 2}, {3, 3 << 20, 1}, {1, (33 << 20), 1},
};

static void *live[MOST];
static size_t zeroed;

static void dirty(size_t count, size_t size, size_t blocks)
{
	for (size_t i = 0; i < blocks; i++) {
		live[i] = malloc(count * size);
		CHECK(live[i], "allocation", "malloc(%zu) is NULL", count * size);
		memset(live[i], 0xdb, malloc_usable_size(live[i]));
	}
	for (size_t i = 0; i < blocks; i++)
		free(live[i]);
}

static void check_shape(size_t count, size_t size, size_t blocks)
{
	size_t total = count * size;
	for (size_t i = 0; i < blocks; i++) {
		live[i] = calloc(count, size);
		CHECK(live[i], "allocation", "calloc(%zu, %zu) is NULL", count, size);
		size_t at = check_all_bytes(live[i], total, 0);
		CHECK(at == total, "zeroing", "calloc(%zu, %zu) at %p has 0x%02x at offset %zu",
		      count, size, live[i], ((unsigned char *)live[i])[at], at);
		memset(live[i], 0xdb, total);
		zeroed += total;
	}
	for (size_t i = 0; i < blocks; i++)
		free(live[i]);
}

int main(void)
{
	check_begin();
	for (int round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < LENGTH(shapes); i++) {
			dirty(shapes[i].count, shapes[i].size, shapes[i].blocks);
			check_shape(shapes[i].count, shapes[i].size, shapes[i].blocks);
		}
	}
	printf("%zu MiB in %zu shapes zero after dirt\n", zeroed / MIB, LENGTH(shapes));
	return 0;
}
