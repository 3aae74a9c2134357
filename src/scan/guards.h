/*
 * guards - tests of the CPU: which branches are such, and by what evidence.
 *
 * A branch on a variable is a test of the CPU if the variable is set by code that asks which CPU it
 * runs on. That is known only when all code has been walked, so that branches are taken down first
 * and settled then. One thread at a time.
 */
#ifndef SCAN_GUARDS_H
#define SCAN_GUARDS_H

#include <glib.h>

typedef enum {
	PROOF_NONE,
	PROOF_CPU,       /* an identification register, or the auxiliary vector, is tested itself */
	PROOF_VARIABLE,  /* a variable that code which asks the CPU sets */
	PROOF_RESULT,    /* what a function returned that asks the CPU */
	PROOF_OTHER_WAY, /* the other side does the same with exclusive loads and stores */
	PROOF_FRAME,     /* an unwinder's, for frames that only such code makes */
	PROOF_CHOOSER, /* a function that the loader calls to choose a variant gives its address */
} ProofKind;

typedef struct {
	ProofKind kind;
	guint64 addr; /* of the variable or the function, else 0 */
} Proof;

typedef struct Guards Guards;

Guards *guards_new(void);
void guards_free(Guards *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Guards, guards_free)

enum { GUARDS_NONE = 0, GUARDS_CHOOSER = 1, GUARDS_MOST = (1 << 24) - 1 };

/* A number for code that runs only where outer's test has passed and this one, too. tested is a
 * KNOWN() word; other_way: see PROOF_OTHER_WAY. outer where there are too many. */
guint32 guards_add(Guards *self, guint32 outer, guint64 tested, gboolean other_way);

/* What is seen in the code of a function, by its address. */
void guards_asks(Guards *self, guint64 function);
void guards_calls(Guards *self, guint64 function, guint64 callee);
void guards_stores(Guards *self, guint64 function, guint64 place, guint64 value);

/* To be called once all is seen. */
void guards_settle(Guards *self);

/* Why code with that number is guarded. kind PROOF_NONE: it stands behind the test of a variable,
 * at addr, or of a result, which nothing shows to be one of the CPU. */
Proof guards_proof(const Guards *self, guint32 number);

#endif
