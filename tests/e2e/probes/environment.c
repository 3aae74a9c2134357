/* environment NAME: fails where the variable is set. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	if (argc != 2 || !getenv(argv[1]))
		return 0;
	fprintf(stderr, "%s is '%s'\n", argv[1], getenv(argv[1]));
	return 1;
}
