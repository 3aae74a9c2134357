/*
 * memory - findings of earlier runs, for --resume: one file of results (report/read.h) for each.
 *
 * A finding is kept under a digest of all that it depends on: the contents of the program, the
 * subject's files and the sysroot, the profiles, the arguments and limits, QEMU, bubblewrap and the
 * rig itself; where guests are booted, their image and host, too. Whatever changes, the finding is
 * not found again. Only what was as expected is kept, and never a rig fault or what is flaky. Files
 * are written whole or not at all; one that is damaged is as good as none.
 */
#ifndef RUN_MEMORY_H
#define RUN_MEMORY_H

#include "model/engine.h"
#include "model/finding.h"
#include "run/plan.h"

typedef struct Memory Memory;

/* Opens the folder, which may not exist yet, and drops from it what is older than 30 days. NULL
 * where there is nothing to tell a changed sysroot by: then nothing is kept. plan and request must
 * outlive it. */
Memory *memory_open(const gchar *folder, const Plan *plan, const Request *request);
void memory_free(Memory *memory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Memory, memory_free)

/* The digest for a job on an engine; NULL for one that is not run, or whose files cannot be read.
 * Not safe from several threads. Caller frees. */
gchar *memory_key(Memory *memory, const Job *job, const Engine *engine);

/* The finding under that key, marked as resumed; NULL where there is none. Caller frees. */
Finding *memory_recall(const Memory *memory, const gchar *key);

/* Keeps it where it may be kept. What cannot be written is not kept. */
void memory_keep(const Memory *memory, const gchar *key, const Finding *finding);

#endif
