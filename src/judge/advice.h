/*
 * advice - the way out of a fault: what to change so that the same code runs on the baseline.
 *
 * Pure. What is known of allocators, crates and extensions is in tables, with the versions for
 * which it holds; where a version is not known, the advice holds for all of them.
 */
#ifndef JUDGE_ADVICE_H
#define JUDGE_ADVICE_H

#include "isa/isa.h"
#include "model/fault.h"

typedef struct {
	const Fault *fault;    /* the baseline's, or NULL */
	const IsaFeature *isa; /* isa_feature(fault->feature), or NULL where that is unknown */
	const gchar
		*allocator;   /* of the subject's manifest, or NULL; used where the fault lies in a
				 file of that name and nothing better was found in the file itself */
	const gchar *version; /* the same */
} AdviceFacts;

/* Lines of at most 100 columns, without a line feed after the last; a line that starts with blanks
 * continues the one above. NULL where there is nothing to advise: another signal than SIGILL, or an
 * instruction that no extension brought (udf, brk). Caller frees.
 *
 *     mimalloc 2.1.9 chooses -march=armv8.1-a on arm64: build it with -DMI_OPT_ARCH=OFF
 *     in a Rust crate: mimalloc 0.1.52 or later, or ...
 */
gchar *advice_for(const AdviceFacts *facts);

#endif
