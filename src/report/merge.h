/*
 * merge - the results of several runs as one.
 *
 * Nothing is dropped: every finding of every file is in the whole, those of one case and subject
 * next to each other. So two shards of a night simply add up, and what two engines found can be
 * compared. Where a case with a subject on an engine is in two files, as with two builds of one
 * program, what is to be told apart gets the name of its file behind its subject, "glibc
 * (armv8.1-a)"; so does all of a file that was given a label. A case that is twice in one file,
 * because a program ran twice, is there twice.
 *
 * Versions, hosts, baselines and references that differ are all named, joined by ", "; a profile
 * that only some findings were also run on is "skipped" for the others. The seconds add up.
 */
#ifndef REPORT_MERGE_H
#define REPORT_MERGE_H

#include "model/finding.h"

typedef struct {
	const gchar *name;  /* what stands behind the subject where it must be told apart */
	gboolean labelled;  /* always */
	GPtrArray *results; /* of Results, from one file; their findings move into the whole */
} MergeFile;

/* Caller frees. */
Results *merge_files(const MergeFile *files, guint count);

#endif
