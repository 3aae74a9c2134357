#include "bare.h"

void _start(void)
{
	__asm__ volatile("udf #7");
}
