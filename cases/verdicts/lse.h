/*
 * lse - whether the CPU has the Large System Extensions, asked as programs should.
 */
#ifndef CASES_VERDICTS_LSE_H
#define CASES_VERDICTS_LSE_H

#include <stdbool.h>
#include <sys/auxv.h>

static inline bool has_lse(void)
{
	const unsigned long hwcap_atomics = 1 << 8;
	return (getauxval(AT_HWCAP) & hwcap_atomics) != 0;
}

#endif
