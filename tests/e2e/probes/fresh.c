/* fresh: prints what must differ from run to run: the time in seconds, random bytes from the kernel
 * and from the auxiliary vector, an address. */
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <time.h>

static void print(const unsigned char *bytes)
{
	for (int i = 0; i < 16; i++)
		printf("%02x", bytes[i]);
	putchar('\n');
}

int main(void)
{
	unsigned char bytes[16];

	printf("%lld\n", (long long)time(NULL));
	if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
		return 1;
	print(bytes);
	print((const unsigned char *)getauxval(AT_RANDOM));
	printf("%p\n", (void *)bytes);
	return 0;
}
