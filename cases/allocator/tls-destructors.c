/*
 * tls-destructors - destructors of thread-specific data, which may run after the allocator has
 * put its own thread state away, read and free the thread's blocks and allocate again, over
 * several rounds; what they leave is whole afterwards.
 */
#include "check.h"

#include <pthread.h>

enum { THREADS = 24, KEYS = 4, ROUNDS = 3 };

static pthread_key_t keys[KEYS];
static unsigned char *left[THREADS][KEYS];

struct value {
	size_t thread, key, round, size;
	unsigned char *block;
};

static struct value *new_value(size_t thread, size_t key, size_t round)
{
	struct value *value = malloc(sizeof(*value));
	CHECK(value, "allocation in a destructor", "malloc(%zu) is NULL", sizeof(*value));
	size_t size = 100 + 700 * key + 3000 * round;
	*value = (struct value){thread, key, round, size, malloc(size)};
	CHECK(value->block, "allocation in a destructor", "malloc(%zu) is NULL", size);
	check_stamp(value->block, size, thread * 100 + key * 10 + round);
	return value;
}

static void destroy(void *argument)
{
	struct value *value = argument;
	size_t thread = value->thread, key = value->key;
	check_stamped(value->block, value->size, thread * 100 + key * 10 + value->round, "content",
		      "in a thread's destructor");
	free(value->block);
	size_t next = value->round + 1;
	free(value);
	if (next < ROUNDS) {
		pthread_setspecific(keys[key], new_value(thread, key, next));
		return;
	}
	left[thread][key] = calloc(1, 500);
	size_t at = left[thread][key] ? check_all_bytes(left[thread][key], 500, 0) : 0;
	CHECK(at == 500, "allocation in a destructor", "calloc(1, 500) gave %p, not zero at %zu",
	      (void *)left[thread][key], at);
	check_stamp(left[thread][key], 500, thread * 10 + key);
}

static void *live(void *argument)
{
	for (size_t key = 0; key < KEYS; key++)
		pthread_setspecific(keys[key], new_value((size_t)(uintptr_t)argument, key, 0));
	return NULL;
}

int main(void)
{
	check_begin();
	for (size_t key = 0; key < KEYS; key++)
		CHECK(pthread_key_create(&keys[key], destroy) == 0, "threads", "no key %zu", key);
	for (size_t i = 0; i < THREADS; i += 2) {
		pthread_t first, second;
		CHECK(pthread_create(&first, NULL, live, (void *)i) == 0 &&
			      pthread_create(&second, NULL, live, (void *)(i + 1)) == 0,
		      "threads", "pair %zu cannot be started", i / 2);
		pthread_join(first, NULL);
		pthread_join(second, NULL);
	}
	for (size_t i = 0; i < THREADS; i++) {
		for (size_t key = 0; key < KEYS; key++) {
			check_stamped(left[i][key], 500, i * 10 + key, "content",
				      "left by a destructor");
			free(left[i][key]);
		}
	}
	printf("%d threads, %d destructors each, %d rounds\n", THREADS, KEYS, ROUNDS);
	return 0;
}
