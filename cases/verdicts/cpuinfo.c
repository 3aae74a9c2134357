/*
 * cpuinfo - looks LSE up in /proc/cpuinfo, as programs without getauxval() do, and goes without
 * where it is not listed. A kernel's list agrees with AT_HWCAP; qemu-aarch64 before 8.2 shows that
 * of its host, which is of another architecture: ok on the system engine, inverted on the user's.
 */
#include <stdio.h>
#include <string.h>

#include "lse.h"

static bool listed(const char *feature)
{
	FILE *file = fopen("/proc/cpuinfo", "r");
	char line[4096];
	bool found = false;

	while (file && !found && fgets(line, sizeof line, file)) {
		char *word = strncmp(line, "Features", 8) == 0 ? strtok(line, " :\t\n") : NULL;

		while (word && !found) {
			found = strcmp(word, feature) == 0;
			word = strtok(NULL, " :\t\n");
		}
	}
	if (file)
		fclose(file);
	return found;
}

int main(void)
{
	if (listed("atomics") == has_lse())
		return 0;
	fprintf(stderr, "/proc/cpuinfo %s atomics, and AT_HWCAP says otherwise\n",
		listed("atomics") ? "lists" : "does not list");
	return 1;
}
