/*
 * purge-reuse - what was freed is used again: rounds of the same demand, by a new size each
 * round, by mapped blocks, by freeing every second block first, and through another thread, let
 * neither the resident nor the mapped memory grow as it would if all were new each time.
 */
#include "check.h"

#include <pthread.h>

enum { ROUNDS = 20, WARM_UP = 4 };

static const size_t demand = 4 * MIB;
static void *blocks[400000];

static void take(size_t count, size_t size)
{
	for (size_t i = 0; i < count; i++) {
		blocks[i] = malloc(size);
		CHECK(blocks[i], "allocation", "malloc(%zu) is NULL", size);
		memset(blocks[i], (int)i, size);
	}
}

static void give(size_t first, size_t count, size_t step)
{
	for (size_t i = first; i < count; i += step)
		free(blocks[i]);
}

static void same_size(size_t round)
{
	(void)round;
	take(demand / 256, 256);
	give(0, demand / 256, 1);
}

static void every_second_first(size_t round)
{
	size_t count = demand / (512 + round * 48);
	take(count, 512 + round * 48);
	give(0, count, 2);
	give(1, count, 2);
}

static void another_size(size_t round)
{
	size_t size = 1000 + 1777 * round;
	take(demand / size, size);
	give(0, demand / size, 1);
}

static void mapped_blocks(size_t round)
{
	size_t size = MIB + round * 64 * KIB;
	take(demand / size, size);
	give(0, demand / size, 1);
}

static void *give_all(void *argument)
{
	give(0, (size_t)(uintptr_t)argument, 1);
	return NULL;
}

static void other_thread(size_t round)
{
	size_t size = 700 + round % 2 * 900;
	size_t count = demand / size;
	pthread_t thread;
	take(count, size);
	CHECK(pthread_create(&thread, NULL, give_all, (void *)count) == 0, "threads", "no thread");
	pthread_join(thread, NULL);
}

/* What an emulator maps for each new thread would count as the allocator's. */
static const struct {
	const char *name;
	void (*round)(size_t round);
	bool mapped_tells;
} phases[] = {
	{"the same size", same_size, true},
	{"every second block first", every_second_first, true},
	{"another size", another_size, true},
	{"mapped blocks", mapped_blocks, true},
	{"freed by others", other_thread, false},
};

static void check_growth(const char *phase, const char *what, size_t before, size_t after,
			 size_t allowed)
{
	CHECK(after <= before + allowed, "reuse",
	      "%s: %d rounds of %zu MiB took the %s memory from %zu to %zu MiB, expected %zu more "
	      "at most",
	      phase, ROUNDS - WARM_UP, demand / MIB, what, before / MIB, after / MIB,
	      allowed / MIB);
}

static void check_phase(size_t phase)
{
	size_t resident = 0, mapped = 0;
	for (size_t round = 0; round < ROUNDS; round++) {
		if (round == WARM_UP) {
			resident = check_resident();
			mapped = check_mapped();
		}
		phases[phase].round(round);
	}
	/* Half of what has been asked for: caches and the emulator take their part. */
	size_t allowed = (ROUNDS - WARM_UP) * demand / 2;
	check_growth(phases[phase].name, "resident", resident, check_resident(), allowed);
	if (phases[phase].mapped_tells)
		check_growth(phases[phase].name, "mapped", mapped, check_mapped(), allowed);
}

int main(void)
{
	check_begin();
	for (size_t phase = 0; phase < LENGTH(phases); phase++)
		check_phase(phase);
	printf("%zu ways to ask %d times for %zu MiB, all from the same memory\n", LENGTH(phases),
	       ROUNDS, demand / MIB);
	return 0;
}
