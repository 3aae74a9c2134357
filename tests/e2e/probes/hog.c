/* hog: burns CPU time in two threads, deaf to every signal that can be ignored. */
#include <pthread.h>
#include <signal.h>

static void *burn(void *nothing)
{
	for (volatile unsigned long i = 0;; i++)
		;
	return nothing;
}

int main(void)
{
	pthread_t thread;

	for (int i = 1; i < 32; i++)
		signal(i, SIG_IGN);
	pthread_create(&thread, NULL, burn, NULL);
	burn(NULL);
}
