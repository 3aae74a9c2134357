/*
 * flaky - fails every other time by chance: flaky, once it is repeated often enough.
 */
#include <stdio.h>
#include <sys/random.h>

int main(void)
{
	unsigned char toss;
	if (getrandom(&toss, sizeof(toss), 0) != sizeof(toss)) {
		puts("no random bytes here");
		return 77;
	}
	if (toss % 2) {
		fputs("the coin fell on the wrong side\n", stderr);
		return 1;
	}
	puts("the coin fell on the right side");
	return 0;
}
