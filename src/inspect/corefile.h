/*
 * corefile - an AArch64 core file as data: threads, auxiliary vector, memory.
 *
 * Believes nothing that the file says before it has checked it: a core may be cut short by a limit
 * or be no core at all.
 */
#ifndef INSPECT_COREFILE_H
#define INSPECT_COREFILE_H

#include <glib.h>

#define CORE_REGS 34 /* x0 to x30, sp, pc, pstate */
#define CORE_FP   29
#define CORE_LR   30
#define CORE_SP   31
#define CORE_PC   32

typedef struct {
	int tid;
	int signal; /* what it was given, 0 for none */
	guint64 regs[CORE_REGS];
} CoreThread;

typedef struct {
	GMappedFile *file;
	GArray *segments; /* of Elf64_Phdr, type PT_LOAD */
	GArray *threads;  /* of CoreThread, at least one; the first is the one that died */
	GHashTable *auxv; /* AT_ number to pointer to its guint64 value */
	gboolean cut;     /* TRUE: it says that it holds more than it does */
} CoreFile;

/* Opens the core. Fails where the file cannot be read, is no AArch64 core or has no registers. */
CoreFile *corefile_open(const gchar *path, GError **error);
void corefile_free(CoreFile *core);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoreFile, corefile_free)

/* The value of this entry of the auxiliary vector. FALSE where it has none. */
gboolean corefile_auxv(const CoreFile *core, guint64 type, guint64 *value);

/* Copies the program's memory. FALSE, and nothing copied, where the core does not hold all of it.
 */
gboolean corefile_read(const CoreFile *core, guint64 addr, gpointer to, gsize length);

/* One little-endian word of 64 bits. */
gboolean corefile_read_word(const CoreFile *core, guint64 addr, guint64 *word);

/* The string at that address, up to 4095 bytes, or NULL. Caller frees. */
gchar *corefile_read_string(const CoreFile *core, guint64 addr);

#endif
