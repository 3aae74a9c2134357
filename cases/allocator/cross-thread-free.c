/*
 * cross-thread-free - two threads allocate and stamp, two others verify, resize and free what
 * they receive, while all of them also allocate for themselves: no block is lost, handed out
 * twice or changed on its way.
 */
#include "check.h"

#include <pthread.h>

enum { PAIRS = 2, RING = 128, MESSAGES = 6000 };

static struct pipe {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	struct message {
		unsigned char *block;
		size_t size;
		uint64_t tag;
	} ring[RING];
	size_t put, taken;
} pipes[PAIRS];

static void put(struct pipe *pipe, struct message message)
{
	pthread_mutex_lock(&pipe->lock);
	while (pipe->put - pipe->taken == RING)
		pthread_cond_wait(&pipe->moved, &pipe->lock);
	pipe->ring[pipe->put++ % RING] = message;
	pthread_cond_signal(&pipe->moved);
	pthread_mutex_unlock(&pipe->lock);
}

static struct message take(struct pipe *pipe)
{
	pthread_mutex_lock(&pipe->lock);
	while (pipe->put == pipe->taken)
		pthread_cond_wait(&pipe->moved, &pipe->lock);
	struct message message = pipe->ring[pipe->taken++ % RING];
	pthread_cond_signal(&pipe->moved);
	pthread_mutex_unlock(&pipe->lock);
	return message;
}

static void *produce(void *argument)
{
	struct pipe *pipe = argument;
	uint64_t seed = (uint64_t)(pipe - pipes) + 1;
	for (size_t i = 0; i < MESSAGES; i++) {
		struct message message = {.size = check_pick_size(&seed, 8 * KIB)};
		message.tag = check_random(&seed);
		message.block = malloc(message.size);
		CHECK(message.block, "allocation", "malloc(%zu) is NULL", message.size);
		check_stamp(message.block, message.size, message.tag);
		put(pipe, message);
	}
	return NULL;
}

static void *consume(void *argument)
{
	struct pipe *pipe = argument;
	unsigned char *own = NULL;
	size_t own_size = 0;
	for (size_t i = 0; i < MESSAGES; i++) {
		struct message message = take(pipe);
		check_stamped(message.block, message.size, message.tag, "content",
			      "when the other thread received it");
		if (i % 8 == 0) {
			message.block = realloc(message.block, message.size * 2);
			check_stamped(message.block, message.size, message.tag, "content",
				      "after the other thread resized it");
		}
		free(message.block);
		check_stamped(own, own_size, i, "content", "after a foreign block was freed");
		free(own);
		own_size = message.size;
		own = malloc(own_size);
		check_stamp(own, own_size, i + 1);
	}
	free(own);
	return NULL;
}

int main(void)
{
	check_begin();
	check_deadline(30, "progress");
	pthread_t producer[PAIRS], consumer[PAIRS];
	for (int i = 0; i < PAIRS; i++) {
		pthread_mutex_init(&pipes[i].lock, NULL);
		pthread_cond_init(&pipes[i].moved, NULL);
		CHECK(pthread_create(&producer[i], NULL, produce, &pipes[i]) == 0 &&
			      pthread_create(&consumer[i], NULL, consume, &pipes[i]) == 0,
		      "threads", "pair %d cannot be started", i);
	}
	for (int i = 0; i < PAIRS; i++) {
		pthread_join(producer[i], NULL);
		pthread_join(consumer[i], NULL);
	}
	printf("%d blocks freed by a thread that did not allocate them\n", PAIRS * MESSAGES);
	return 0;
}
