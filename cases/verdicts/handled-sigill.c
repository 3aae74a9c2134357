/*
 * handled-sigill - probes for LSE the old way: runs casal under a SIGILL handler and lives on.
 * Passes everywhere: ok.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>

static sigjmp_buf probe;

static void on_sigill(int signal)
{
	(void)signal;
	siglongjmp(probe, 1);
}

int main(void)
{
	struct sigaction action = {.sa_handler = on_sigill}, before;
	uint64_t word = 0;
	volatile int lse = 0;
	sigaction(SIGILL, &action, &before);
	if (sigsetjmp(probe, 1) == 0) {
		register uint64_t *address __asm__("x1") = &word;
		/* casal x0, x2, [x1] */
		__asm__ volatile(".inst 0xc8e0fc22" : : "r"(address) : "x0", "x2", "memory");
		lse = 1;
	}
	sigaction(SIGILL, &before, NULL);
	printf("LSE: %s\n", lse ? "yes" : "no");
	return 0;
}
