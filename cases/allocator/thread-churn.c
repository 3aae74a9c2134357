/*
 * thread-churn - hundreds of short-lived threads, four at a time, each freeing what an earlier
 * one left and leaving blocks itself: contents hold, and the blocks of all of them come from few
 * pages, not from new ones for each thread.
 */
#include "check.h"

#include <pthread.h>

enum { ABREAST = 4, WAVES = 40, BLOCKS = 40, BLOCK = 2000 };

static unsigned char *left[ABREAST][BLOCKS];
static size_t wave;

/*
 * The pages that blocks were ever placed in. Resident memory would not do: the emulator keeps
 * something of each thread.
 */
enum { PAGE = 4096, TABLE = 1 << 16, MOST_PAGES = TABLE / 2 };
static uintptr_t pages[TABLE];
static size_t page_count;

static void note_page(uintptr_t page)
{
	size_t at = page * 0x9e3779b97f4a7c15u >> 48;
	while (pages[at] && pages[at] != page)
		at = (at + 1) % TABLE;
	page_count += !pages[at];
	pages[at] = page;
}

static void note_block(const void *block, size_t size)
{
	uintptr_t first = (uintptr_t)block / PAGE, last = ((uintptr_t)block + size - 1) / PAGE;
	for (uintptr_t page = first; page <= last && page_count < MOST_PAGES; page++)
		note_page(page);
}

static uint64_t tag_of(size_t generation, size_t seat, size_t i)
{
	return generation * 1000 + seat * 100 + i;
}

static size_t size_of(size_t i)
{
	return BLOCK + i * 37;
}

static void *live_shortly(void *argument)
{
	size_t seat = (size_t)(uintptr_t)argument;
	for (size_t i = 0; i < BLOCKS; i++) {
		unsigned char *old = left[seat][i];
		if (old)
			check_stamped(old, size_of(i), tag_of(wave - 1, seat, i), "content",
				      "left by a thread that has exited");
		free(old);
	}
	for (size_t i = 0; i < BLOCKS; i++) {
		unsigned char *block = malloc(size_of(i));
		CHECK(block, "allocation", "malloc(%zu) is NULL", size_of(i));
		check_stamp(block, size_of(i), tag_of(wave, seat, i));
		left[seat][i] = block;
	}
	return NULL;
}

static void run_wave(void)
{
	pthread_t thread[ABREAST];
	for (size_t seat = 0; seat < ABREAST; seat++)
		CHECK(pthread_create(&thread[seat], NULL, live_shortly, (void *)seat) == 0,
		      "threads", "thread %zu of wave %zu cannot be started", seat, wave);
	for (size_t seat = 0; seat < ABREAST; seat++)
		pthread_join(thread[seat], NULL);
	wave++;
}

int main(void)
{
	check_begin();
	size_t asked = 0;
	while (wave < WAVES) {
		run_wave();
		for (size_t seat = 0; seat < ABREAST; seat++) {
			for (size_t i = 0; i < BLOCKS; i++) {
				note_block(left[seat][i], size_of(i));
				asked += size_of(i);
			}
		}
	}
	CHECK(page_count <= asked / PAGE / 2, "reuse",
	      "%d threads asked for %zu pages and were given %zu different ones, expected at most "
	      "%zu",
	      WAVES * ABREAST, asked / PAGE, page_count, asked / PAGE / 2);
	printf("%d threads came and went, %zu pages asked for, %zu different ones used\n",
	       WAVES * ABREAST, asked / PAGE, page_count);
	return 0;
}
