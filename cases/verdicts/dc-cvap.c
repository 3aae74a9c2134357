/*
 * dc-cvap - cleans a line of the cache to the point of persistence, where AT_HWCAP says that it
 * may. qemu-aarch64 7.2 says so and traps: ok on the system engine, inverted on the user engine.
 */
#include <stdio.h>
#include <sys/auxv.h>

int main(void)
{
	const unsigned long hwcap_dcpop = 1 << 16;
	char line[64];

	if (!(getauxval(AT_HWCAP) & hwcap_dcpop)) {
		puts("no dc cvap here");
		return 0;
	}
	/* dc cvap, x0 */
	register char *address __asm__("x0") = line;
	__asm__ volatile(".inst 0xd50b7c20" : : "r"(address) : "memory");
	puts("cleaned");
	return 0;
}
