/*
 * jit-lse - writes ldaddal into memory that it has mapped executable, as a JIT compiler does,
 * and jumps there: flagged, and no object holds the instruction.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static const uint32_t code[] = {
	0xf8e10000, /* ldaddal x1, x0, [x0] */
	0xd65f03c0, /* ret */
};

int main(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED) {
		puts("no memory may be writable and executable here");
		return 77;
	}
	memcpy(page, code, sizeof(code));
	__builtin___clear_cache((char *)page, (char *)page + sizeof(code));
	uint64_t (*add)(uint64_t *, uint64_t);
	memcpy(&add, &page, sizeof(add));
	uint64_t counter = 40;
	uint64_t old = add(&counter, 2);
	printf("%" PRIu64 " + 2 = %" PRIu64 "\n", old, counter);
	return counter != 42;
}
