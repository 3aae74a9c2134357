/*
 * si-code - what the handler of a SIGILL is told: ILL_ILLOPC by a kernel, whatever the CPU.
 * qemu-aarch64 says ILL_ILLOPN: ok on the system engine, broken on the user engine.
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static void on_sigill(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	if (info->si_code != ILL_ILLOPC)
		dprintf(STDERR_FILENO, "si_code is %d, where a kernel says %d\n", info->si_code,
			ILL_ILLOPC);
	_exit(info->si_code != ILL_ILLOPC);
}

int main(void)
{
	const struct sigaction action = {.sa_sigaction = on_sigill, .sa_flags = SA_SIGINFO};

	sigaction(SIGILL, &action, NULL);
	__asm__ volatile(".inst 0x00000000");
	return 2;
}
