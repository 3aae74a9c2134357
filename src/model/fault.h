/*
 * fault - where and why a program died: the part of a finding that people came for.
 *
 * Filled by inspect/ (place, function, backtrace) and isa/ (mnemonic, feature). A field that could
 * not be found is NULL or 0; nothing is ever guessed.
 */
#ifndef MODEL_FAULT_H
#define MODEL_FAULT_H

#include <glib.h>

/* One frame of a backtrace, innermost first. */
typedef struct {
	guint64 pc;              /* address in the program's memory */
	gchar *object;           /* path of the ELF file as the program saw it, or NULL */
	guint64 offset;          /* of pc in the object's file (ELF p_offset space), bytes */
	gchar *function;         /* symbol, demangled where it is C++ or Rust, or NULL */
	guint64 function_offset; /* bytes from the function's start to pc */
	gchar *source;           /* "file:line", or NULL without DWARF */
} Frame;

typedef struct {
	int signal;                /* of the host: SIGILL, SIGSEGV... */
	guint64 pc;                /* address of the faulting instruction */
	gboolean has_insn;         /* FALSE where the word could not be read */
	guint32 insn;              /* the instruction word */
	gchar *mnemonic;           /* "casal" */
	gchar *operands;           /* "w0, w2, [x1]" */
	gchar *feature;            /* "FEAT_LSE": Arm ARM K-profile name; NULL for base ARMv8.0 */
	gchar *arch;               /* "ARMv8.1-A": the version that makes the feature mandatory, or
				      the first that allows it */
	gchar *object;             /* path of the ELF file as the program saw it, or NULL (JIT) */
	gchar *object_file;        /* the same file on this host, or NULL */
	gchar *build_id;           /* lower-case hexadecimal, or NULL */
	guint64 offset;            /* of pc in the object's file, bytes */
	gchar *function;           /* symbol that holds pc; in a stripped object the nearest dynamic
				      symbol below it; or NULL */
	guint64 function_offset;   /* bytes from that symbol to pc */
	gboolean function_nearest; /* TRUE: pc lies outside the symbol's own size */
	gchar *source;             /* "file:line", or NULL without DWARF */
	gchar *culprit;            /* what is known to be in the object: "mimalloc", or NULL */
	gchar *culprit_version;    /* its version: "2.1.9", or NULL */
	gchar *culprit_evidence;   /* how it was recognised, one phrase */
	gchar *napi_rs;            /* version of the Rust crate napi in the object: then it is an
				      addon made with napi-rs; or NULL */
	guint thread;              /* 1 for the first thread, 0 unknown */
	guint threads;             /* how many there were, 0 unknown */
	GPtrArray *backtrace;      /* of Frame, innermost first; never NULL */
	gchar *note;               /* what could not be found and why, or NULL */
} Fault;

Fault *fault_new(int signal);
void fault_free(Fault *fault);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fault, fault_free)

Frame *frame_new(guint64 pc);
void frame_free(Frame *frame);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Frame, frame_free)

/* Is it a signal that an instruction raises? Others are sent, by abort() say: where the program
 * stood then tells nothing. */
gboolean fault_is_of_insn(const Fault *fault);

/* "SIGILL" for 4; "signal 99" for one without a name. Caller frees. */
gchar *fault_signal_name(int signal);

/* "_mi_options_init+0x1c", "_mi_options_init" at offset 0, or NULL without a function.
 * Caller frees. */
gchar *fault_place(const gchar *function, guint64 offset);

#endif
