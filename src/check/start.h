/*
 * start - the files of a target, loaded or started on baseline and reference.
 */
#ifndef CHECK_START_H
#define CHECK_START_H

#include "check/check.h"

/* Gives those files that can be started their findings, instead of those that they have; and the
 * others a reason why they cannot. path: of the target. root: the root file system of its programs;
 * NULL: its own, where it brings the dynamic linker that they want, else the prepared one. python:
 * only the modules for this version of Python, which is in the root; NULL: only the other files.
 * Returns what all of the target's runs have in common, and the audit; caller frees.
 * NULL and error (rig), or cancelled. */
Results *start_files(const CheckRequest *request, Checked *checked, const gchar *path,
		     const gchar *root, const gchar *python, GError **error);

#endif
