/*
 * fork-threads - a process forks again and again while its other threads allocate. Each child
 * must be able to allocate and free, its parent's blocks too, without waiting for a lock whose
 * owner is not there any more; and nothing that it writes shows in the parent.
 */
#include "check.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FORKS = 4, SHARED = 40, CHILD_STEPS = 250, LARGE = 300 << 10 };

static unsigned char *shared[SHARED];
static atomic_bool stop;
static atomic_size_t allocated;

static size_t size_of(size_t i)
{
	return 40 + i * i * 7;
}

/* Most allocators serve such blocks under one lock, which is then nearly always held. */
static void *allocate_large(void *argument)
{
	while (!stop) {
		void *first = malloc(LARGE), *second = malloc(2 * LARGE);
		free(first);
		free(second);
		allocated += 2;
	}
	return argument;
}

static void *allocate_mixed(void *argument)
{
	uint64_t seed = 1;
	while (!stop) {
		void *block[16];
		for (size_t i = 0; i < LENGTH(block); i++)
			block[i] = malloc(check_pick_size(&seed, 64 * KIB));
		for (size_t i = 0; i < LENGTH(block); i++)
			free(block[i]);
		allocated += LENGTH(block);
	}
	return argument;
}

static void *(*const bodies[])(void *) = {allocate_large, allocate_large, allocate_mixed};
enum { THREADS = LENGTH(bodies) };

static void check_shared(const char *when)
{
	for (size_t i = 0; i < SHARED; i++)
		check_stamped(shared[i], size_of(i), i, "content", when);
}

static void live_as_child(void)
{
	check_deadline(5, "allocation in a forked child");
	check_shared("in the child");
	free(malloc(LARGE));
	uint64_t seed = 3;
	unsigned char *block[32] = {NULL};
	size_t size[32] = {0};
	for (size_t step = 0; step < CHILD_STEPS; step++) {
		size_t slot = check_pick(&seed, LENGTH(block));
		check_stamped(block[slot], size[slot], slot, "content", "in the child");
		free(block[slot]);
		size[slot] = check_pick_size(&seed, 64 * KIB);
		block[slot] = malloc(size[slot]);
		CHECK(block[slot], "allocation", "malloc(%zu) in a child is NULL", size[slot]);
		check_stamp(block[slot], size[slot], slot);
	}
	for (size_t i = 0; i < SHARED; i++) {
		memset(shared[i], 0xcc, size_of(i));
		free(shared[i]);
	}
	_exit(0);
}

static void fork_one(int number)
{
	fflush(stdout);
	size_t enough = allocated + 100;
	while (allocated < enough)
		sched_yield();
	pid_t child = fork();
	CHECK(child >= 0, "fork", "fork %d: %s", number, strerror(errno));
	if (child == 0)
		live_as_child();
	int status;
	CHECK(waitpid(child, &status, 0) == child, "fork", "waitpid: %s", strerror(errno));
	/* A signal in the child is passed on as it is: what killed it is the finding. */
	if (WIFSIGNALED(status)) {
		signal(WTERMSIG(status), SIG_DFL);
		raise(WTERMSIG(status));
	}
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "allocation in a forked child",
	      "child %d of %d ended with status 0x%x", number, FORKS, status);
	check_shared("in the parent, after a child had overwritten its own");
}

int main(void)
{
	check_begin();
	for (size_t i = 0; i < SHARED; i++) {
		shared[i] = malloc(size_of(i));
		CHECK(shared[i], "allocation", "malloc(%zu) is NULL", size_of(i));
		check_stamp(shared[i], size_of(i), i);
	}
	pthread_t thread[THREADS];
	for (size_t i = 0; i < THREADS; i++)
		CHECK(pthread_create(&thread[i], NULL, bodies[i], NULL) == 0, "threads",
		      "thread %zu cannot be started", i);
	for (int i = 0; i < FORKS; i++)
		fork_one(i);
	stop = true;
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	printf("%d children of a process with %d allocating threads\n", FORKS, THREADS);
	return 0;
}
