#include "bare.h"

void library_hello(void);

void _start(void)
{
	library_hello();
	syscall6(93, 0, 0, 0, 0, 0, 0);
}
