#include "check.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <unistd.h>

static char output[BUFSIZ];
static const char *deadline_property;

const char *check_provider(void *address)
{
	Dl_info info;
	if (!dladdr(address, &info) || !info.dli_fname || !*info.dli_fname)
		return "libc";
	return info.dli_fname;
}

void check_begin(void)
{
	setvbuf(stdout, output, _IOFBF, sizeof(output));
	printf("malloc from %s\n", check_provider((void *)malloc));
}

static void write_text(const char *text)
{
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		_exit(1);
}

void check_fail(const char *file, int line, const char *property, const char *format, ...)
{
	char message[400], text[600];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);

	const char *slash = strrchr(file, '/');
	fflush(stdout);
	/* One write, as threads may fail together; and no stream, which would want a buffer. */
	snprintf(text, sizeof(text), "%s: %s: %s [%s:%d]\n", program_invocation_short_name,
		 property, message, slash ? slash + 1 : file, line);
	write_text(text);
	_exit(1);
}

void check_skip(const char *reason)
{
	printf("%s\n", reason);
	fflush(stdout);
	_exit(77);
}

static void deadline_passed(int signal)
{
	(void)signal;
	write_text(program_invocation_short_name);
	write_text(": ");
	write_text(deadline_property);
	write_text(": still waiting at the deadline\n");
	_exit(1);
}

void check_deadline(unsigned seconds, const char *property)
{
	deadline_property = property;
	struct sigaction action = {.sa_handler = deadline_passed};
	sigaction(SIGALRM, &action, NULL);
	alarm(seconds);
}

static uint64_t stamp_word(uint64_t tag, size_t index)
{
	return (tag + 1) * 0x9e3779b97f4a7c15u + index * 0x0101010101010101u;
}

void check_stamp(void *block, size_t size, uint64_t tag)
{
	unsigned char *bytes = block;
	for (size_t at = 0; at < size; at += sizeof(uint64_t)) {
		uint64_t word = stamp_word(tag, at);
		size_t left = size - at;
		memcpy(bytes + at, &word, left < sizeof(word) ? left : sizeof(word));
	}
}

static size_t first_difference(const unsigned char *bytes, const void *expected, size_t size)
{
	const unsigned char *other = expected;
	size_t at = 0;
	while (at < size && bytes[at] == other[at])
		at++;
	return at;
}

size_t check_stamp_holds(const void *block, size_t size, uint64_t tag)
{
	const unsigned char *bytes = block;
	for (size_t at = 0; at < size; at += sizeof(uint64_t)) {
		uint64_t word = stamp_word(tag, at);
		size_t left = size - at;
		size_t step = left < sizeof(word) ? left : sizeof(word);
		if (memcmp(bytes + at, &word, step) != 0)
			return at + first_difference(bytes + at, &word, step);
	}
	return size;
}

void check_stamped(const void *block, size_t size, uint64_t tag, const char *property,
		   const char *when)
{
	size_t at = check_stamp_holds(block, size, tag);
	CHECK(at == size, property,
	      "block of %zu bytes at %p differs at offset %zu %s, seen 0x%02x", size, block, at,
	      when, ((const unsigned char *)block)[at]);
}

size_t check_all_bytes(const void *block, size_t size, unsigned char value)
{
	const unsigned char *bytes = block;
	if (size == 0 || (bytes[0] == value && memcmp(bytes, bytes + 1, size - 1) == 0))
		return size;
	size_t at = 0;
	while (bytes[at] == value)
		at++;
	return at;
}

/* Read without stdio, which may allocate. */
static size_t statm_field(int field)
{
	char text[128] = "";
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	CHECK(got > 0, "measurement", "/proc/self/statm cannot be read: %s", strerror(errno));
	close(fd);
	char *at = text;
	size_t pages = strtoul(at, &at, 10);
	if (field == 1)
		pages = strtoul(at, &at, 10);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

size_t check_mapped(void)
{
	return statm_field(0);
}

size_t check_resident(void)
{
	return statm_field(1);
}

uint64_t check_random(uint64_t *state)
{
	uint64_t word = *state += 0x9e3779b97f4a7c15u;
	word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
	word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
	return word ^ (word >> 31);
}

size_t check_pick(uint64_t *state, size_t below)
{
	return (size_t)(check_random(state) % below);
}

size_t check_pick_size(uint64_t *state, size_t limit)
{
	size_t size = limit >> check_pick(state, 64 - (size_t)__builtin_clzll(limit));
	return 1 + check_pick(state, size ? size : 1);
}

size_t check_owed_alignment(size_t size)
{
	size_t alignment = 1;
	while (alignment < _Alignof(max_align_t) && alignment * 2 <= size)
		alignment *= 2;
	return alignment;
}
