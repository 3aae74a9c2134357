/* crypto: says which crypto extensions AT_HWCAP tells of; fails where there are none. */
#include <stdio.h>
#include <sys/auxv.h>

int main(void)
{
	static const char *const names[] = {"aes", "pmull", "sha1", "sha2"}; /* bits 3 to 6 */
	unsigned long hwcap = getauxval(AT_HWCAP);
	int found = 0;

	for (int i = 0; i < 4; i++)
		if (hwcap & 1ul << (3 + i))
			printf("%s%s", found++ ? " " : "", names[i]);
	puts(found ? "" : "none");
	return !found;
}
