#include "bare.h"

#define MMAP 222

__attribute__((noinline)) static int call(void *code)
{
	return ((int (*)(int, int *))code)(0, &counter) + 1;
}

/* casal w0, w2, [x1]; ret */
void _start(void)
{
	unsigned *code = (unsigned *)syscall6(MMAP, 0, 4096, 7, 0x22, -1, 0);

	code[0] = 0x88e0fc22;
	code[1] = 0xd65f03c0;
	__asm__ volatile("dc cvau, %0\n\tdsb ish\n\tic ivau, %0\n\tdsb ish\n\tisb"
			 :
			 : "r"(code)
			 : "memory");
	syscall6(93, call(code), 0, 0, 0, 0, 0);
}
