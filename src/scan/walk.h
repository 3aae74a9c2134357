/*
 * walk - which words of a file are known to be run, and behind which tests of the CPU.
 *
 * From all places where running code begins as far as the file tells, along branches and calls.
 * Calls by way of a pointer are not followed, but code whose address something has is walked as
 * such. Where a word can be reached in several ways, the one behind the fewest tests counts.
 * One thread at a time; memory is as large as the code.
 */
#ifndef SCAN_WALK_H
#define SCAN_WALK_H

#include "inspect/code.h"
#include "scan/guards.h"

typedef enum {
	REACHED_NOT,     /* nothing that is known leads there: it may be data */
	REACHED_GUARDED, /* behind a test; guards_proof() tells whether of the CPU */
	REACHED_POINTER, /* something has its address, or that of code that leads there */
	REACHED_BARE,    /* from where the loader, or whoever uses the library, begins */
} Reached;

typedef struct {
	Reached reached;
	Proof proof; /* of REACHED_GUARDED */
} Place;

typedef struct Walk Walk;

/* Walks all of the code; it must outlive the walk. */
Walk *walk_new(Code *code);
void walk_free(Walk *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Walk, walk_free)

Place walk_place(const Walk *self, guint64 addr);

#endif
