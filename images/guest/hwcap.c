#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

#ifdef __aarch64__
#include <asm/ptrace.h>
#endif

enum { STACK_WORDS = 2 * LIST_MAX + 256 };

/* The index after the next word that is 0, or count when there is none. */
static size_t after_zero(const uint64_t *words, size_t count, size_t at)
{
	while (at < count && words[at])
		at++;
	return at < count ? at + 1 : count;
}

/* argc, argv, 0, environment, 0, and then the vector: pairs, the last of which is AT_NULL. */
size_t hwcap_mask_stack(uint64_t *words, size_t count, uint64_t hwcap, uint64_t hwcap2)
{
	size_t at = after_zero(words, count, after_zero(words, count, 1));

	for (; at + 1 < count; at += 2) {
		if (words[at] == AT_NULL)
			return at + 2;
		if (words[at] == AT_HWCAP)
			words[at + 1] &= hwcap;
		if (words[at] == AT_HWCAP2)
			words[at + 1] &= hwcap2;
	}
	return 0;
}

#ifdef __aarch64__
static bool stack_pointer(pid_t pid, uint64_t *sp)
{
	struct user_pt_regs registers;
	struct iovec into = {&registers, sizeof registers};

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &into))
		return false;
	*sp = registers.sp;
	return true;
}

static bool mask_at(int memory, uint64_t sp, uint64_t hwcap, uint64_t hwcap2)
{
	static uint64_t words[STACK_WORDS];
	ssize_t n = pread(memory, words, sizeof words, (off_t)sp);
	size_t used = 0;

	if (n > 0)
		used = hwcap_mask_stack(words, (size_t)n / sizeof *words, hwcap, hwcap2);
	n = (ssize_t)(used * sizeof *words);
	return used && pwrite(memory, words, (size_t)n, (off_t)sp) == n;
}

bool hwcap_mask(pid_t pid, uint64_t hwcap, uint64_t hwcap2, bool stopped)
{
	char path[32];
	bool masked = false;
	uint64_t sp;
	int status, memory;

	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return false;
	snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
	memory = open(path, O_RDWR | O_CLOEXEC);
	if (memory >= 0) {
		masked = stack_pointer(pid, &sp) && mask_at(memory, sp, hwcap, hwcap2);
		close(memory);
	}
	return masked && !ptrace(PTRACE_DETACH, pid, 0, stopped ? SIGSTOP : 0);
}
#endif
