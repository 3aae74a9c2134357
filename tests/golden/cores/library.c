/* The only name that a stripped build keeps; what dies stands below it. */
void library_hello(void)
{
}

#include "bare.h"

__attribute__((constructor, noinline)) static void start(void)
{
	counter = swap(&counter) + 1;
}
