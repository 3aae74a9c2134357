/*
 * libc-clients - what the libc itself allocates for the program (strdup, asprintf, getline,
 * open_memstream, realpath, qsort's scratch, fopen's buffers) comes out whole through the
 * interposed functions, and the program's free takes it.
 */
#include "check.h"

#include <stdio.h>
#include <unistd.h>

enum { LINES = 200, KEPT = 1500, ELEMENTS = 4000, STREAMS = 24 };

static void check_strings(void)
{
	for (size_t length = 0; length < 5000; length = length * 2 + 3) {
		char *text = malloc(length + 1);
		memset(text, 'x', length);
		text[length] = '\0';
		char *copy = strdup(text), *part = strndup(text, length / 2), *printed = NULL;
		int written = asprintf(&printed, "<%s>", text);
		CHECK(copy && strcmp(copy, text) == 0, "strdup", "of %zu bytes differs", length);
		CHECK(part && strlen(part) == length / 2, "strndup", "of %zu bytes", length);
		CHECK(written == (int)length + 2 && strlen(printed) == length + 2 &&
			      memcmp(printed + 1, text, length) == 0,
		      "asprintf", "of %zu bytes gave %d", length, written);
		free(printed);
		free(part);
		free(copy);
		free(text);
	}
}

/* Many at once, so that one may not lie in another. */
static void check_kept(void)
{
	static char *kept[KEPT];
	for (int i = 0; i < KEPT; i++) {
		int length = asprintf(&kept[i], "%d%*s", i, i % 200, "");
		CHECK(length > i % 200, "asprintf", "string %d gave %d", i, length);
	}
	for (int i = 0; i < KEPT; i++) {
		char *copy = strdup(kept[i]);
		CHECK(atoi(copy) == i, "strdup", "string %d reads '%s'", i, copy);
		free(kept[i]);
		kept[i] = copy;
	}
	for (int i = 0; i < KEPT; i++) {
		CHECK(atoi(kept[i]) == i && strlen(kept[i]) > (size_t)(i % 200), "strdup",
		      "string %d of %d at %p reads '%s'", i, KEPT, (void *)kept[i], kept[i]);
		free(kept[i]);
	}
}

static size_t line_length(size_t line)
{
	return line * line / 8;
}

static char *compose(size_t *size)
{
	char *text = NULL;
	FILE *stream = open_memstream(&text, size);
	CHECK(stream, "open_memstream", "gave NULL: %s", strerror(errno));
	for (size_t line = 0; line < LINES; line++) {
		for (size_t i = 0; i < line_length(line); i++)
			putc_unlocked('a' + (int)((line + i) % 26), stream);
		putc('\n', stream);
	}
	fclose(stream);
	return text;
}

static void check_streams(void)
{
	size_t size = 0;
	char *text = compose(&size), small[100];
	FILE *stream = fmemopen(text, size, "r");
	CHECK(stream, "fmemopen", "gave NULL: %s", strerror(errno));
	/* A small buffer makes getline resize a line that it has begun. */
	setvbuf(stream, small, _IOFBF, sizeof(small));
	for (size_t number = 0; number < LINES; number++) {
		char *line = NULL;
		size_t room = 0;
		ssize_t length = getline(&line, &room, stream);
		CHECK(length == (ssize_t)line_length(number) + 1 && room > (size_t)length,
		      "getline", "line %zu: length %zd, room %zu, expected length %zu", number,
		      length, room, line_length(number) + 1);
		for (size_t i = 0; i < line_length(number); i++)
			CHECK(line[i] == 'a' + (int)((number + i) % 26), "getline",
			      "line %zu differs at %zu", number, i);
		free(line);
	}
	fclose(stream);
	free(text);
}

static int by_value(const void *first, const void *second)
{
	return memcmp(first, second, 40);
}

static void check_sort(void)
{
	uint64_t seed = 11;
	unsigned char *elements = calloc(ELEMENTS, 40);
	for (size_t i = 0; i < ELEMENTS * 40; i += sizeof(uint64_t)) {
		uint64_t word = check_random(&seed);
		memcpy(elements + i, &word, sizeof(word));
	}
	qsort(elements, ELEMENTS, 40, by_value);
	for (size_t i = 1; i < ELEMENTS; i++)
		CHECK(memcmp(elements + (i - 1) * 40, elements + i * 40, 40) <= 0, "qsort",
		      "elements %zu and %zu are out of order", i - 1, i);
	free(elements);
}

static void check_paths_and_files(void)
{
	char *path = realpath("/proc/../.", NULL), *here = getcwd(NULL, 0);
	CHECK(path && strcmp(path, "/") == 0, "realpath", "gave %s", path ? path : "NULL");
	CHECK(here && *here == '/', "getcwd", "gave %s", here ? here : "NULL");
	free(here);
	free(path);
	FILE *stream[STREAMS];
	for (int i = 0; i < STREAMS; i++) {
		stream[i] = fopen("/dev/null", "w");
		CHECK(stream[i], "fopen", "stream %d: %s", i, strerror(errno));
		fprintf(stream[i], "stream %d\n", i);
	}
	for (int i = 0; i < STREAMS; i++)
		CHECK(fclose(stream[i]) == 0, "fclose", "stream %d: %s", i, strerror(errno));
}

int main(void)
{
	check_begin();
	for (int round = 0; round < 3; round++) {
		check_strings();
		check_kept();
		check_streams();
		check_sort();
		check_paths_and_files();
	}
	printf("%d strings, %d lines, %d sorted elements, %d streams\n", KEPT, LINES, ELEMENTS,
	       STREAMS);
	return 0;
}
