/* One source for all projects: built for armv8-a, or for a newer architecture, which then shows. */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static atomic_int count;

/* counter [FILE]: counts the lines of a file, or of its input; "fail" fails. */
int main(int argc, char **argv)
{
	FILE *in = argc > 1 && strcmp(argv[1], "fail") != 0 ? fopen(argv[1], "r") : stdin;
	int c;

	if (argc > 1 && !strcmp(argv[1], "fail"))
		return 3;
	while (in && (c = getc(in)) != EOF)
		if (c == '\n')
			atomic_fetch_add(&count, 1);
	printf("%d lines\n", atomic_load(&count));
	return in ? 0 : 1;
}
