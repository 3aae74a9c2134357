#include "bare.h"

#define RT_SIGACTION 134
#define SIGILL       4

/* The kernel's frame: siginfo, and ucontext with the pc 440 bytes further on. */
static void step_over(int number, char *info, char *context)
{
	(void)number;
	(void)info;
	*(unsigned long *)(context + 440) += 4;
}

__attribute__((noinline)) static void probe(void)
{
	volatile char deep[8192];

	deep[0] = 1;
	__asm__ volatile("udf #1");
	deep[1] = deep[0];
}

/* A SIGILL that was handled and is over does not count, though its frame is still there. */
void _start(void)
{
	struct {
		void (*handler)(int, char *, char *);
		unsigned long flags;
		unsigned long mask;
	} action = {step_over, 4, 0};

	syscall6(RT_SIGACTION, SIGILL, (long)&action, 0, 8, 0, 0);
	probe();
	action.handler = 0;
	syscall6(RT_SIGACTION, SIGILL, (long)&action, 0, 8, 0, 0);
	swap(&counter);
	syscall6(93, 0, 0, 0, 0, 0, 0);
}
