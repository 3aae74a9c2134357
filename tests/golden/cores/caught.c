#include "bare.h"

#define RT_SIGACTION 134
#define SIGILL       4

/* What a crash handler does that was compiled for the same CPU as the rest. */
static void on_signal(int number)
{
	counter = number + swap(&counter);
}

__attribute__((noinline)) static int add(int *at)
{
	register int more __asm__("w8") = 1;
	register int *where __asm__("x9") = at;

	__asm__ volatile(".arch armv8.1-a\n\tldaddal w8, w8, [x9]"
			 : "+r"(more)
			 : "r"(where)
			 : "memory");
	return more;
}

void _start(void)
{
	struct {
		void (*handler)(int);
		unsigned long flags;
		unsigned long mask;
	} action = {on_signal, 0, 0};

	syscall6(RT_SIGACTION, SIGILL, (long)&action, 0, 8, 0, 0);
	add(&counter);
	syscall6(93, 0, 0, 0, 0, 0, 0);
}
