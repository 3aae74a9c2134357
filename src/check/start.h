/*
 * start - the files of a target, loaded or started on baseline and reference.
 */
#ifndef CHECK_START_H
#define CHECK_START_H

#include "check/check.h"

/* Gives those files that can be started their findings, and the others a reason why they cannot.
 * path: of the target. Where the target brings the dynamic linker that its programs want, it is
 * their root. results: what all of the target's runs have in common, and the audit; caller frees.
 * NULL and error (rig), or cancelled. */
Results *start_files(const CheckRequest *request, Checked *checked, const gchar *path,
		     GError **error);

#endif
