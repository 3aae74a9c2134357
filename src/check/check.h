/*
 * check - does what is shipped run on the baseline?
 *
 * A target is opened, each arm64 ELF file in it is scanned (scan/file.h), then started on baseline
 * and reference under an audit (run/audit.h): an addon is loaded by Node.js, a module by the Python
 * that it is for, a library by a program that has no other use for it, a program is asked for its
 * version. A file
 *
 *	will not run	where it dies, or fails, on the baseline alone; or something in it is bare,
 *			which this start did not reach
 *	runs		else, where it started; or nothing in it is above the baseline
 *	cannot tell	else
 *
 * and a target as the worst of its files.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "model/checked.h"
#include "run/run.h"

enum {
	CHECK_STARTED = 32, /* files of one target that are started at most: those first that have
			       something above the baseline */
	CHECK_TIMEOUT = 30, /* seconds for each start */
};

/* Nothing is owned. */
typedef struct {
	const Request *request; /* profiles, jobs, timeout, sandbox; audit is on */
	const gchar *smoke;     /* JavaScript that is run with the addon, Python with the module,
				   or the arguments of a program instead of --version; NULL: none */
	Engine *const *engines; /* one; ends with NULL */
	const RunWatch *watch;
	GCancellable *cancellable;
} CheckRequest;

/* Adds one target to checks: a word as artefact/target.h has it. Error (usage) where there is no
 * such thing, (rig) where it cannot be opened, or nothing can be run; cancelled. */
gboolean check_add(const CheckRequest *request, const gchar *word, Checks *checks, GError **error);

#endif
