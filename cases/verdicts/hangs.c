/*
 * hangs - waits for ever. Timed out on both: broken.
 */
#include <unistd.h>

int main(void)
{
	for (;;)
		pause();
}
