/*
 * child - a child process with redirected files, a deadline, and no way to outlive the rig.
 *
 * The child is the leader of its own process group, unless it shares the rig's. At the deadline, or
 * when cancelled, the whole group is killed (SIGKILL). child_run() returns only when the child has
 * been reaped. It inherits no descriptor but the ones it is given.
 */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <gio/gio.h>

typedef struct {
	const gchar *const *argv; /* argv[0] is a path, or a name looked up in PATH */
	int in, out, err;         /* descriptors of the child's first three; -1: /dev/null */
	int extra;                /* descriptor that the child gets as number 3; -1: none. A socket
				     hangs up when the child is to end */
	const gchar *folder;      /* the child's working folder; NULL: the rig's */
	gdouble deadline;         /* seconds from the start; 0: none */
	gboolean terminal;        /* it speaks to whoever sits at the rig's terminal, and so is in
				     the rig's process group */
} ChildSpec;

typedef enum { CHILD_ENDED, CHILD_TIMED_OUT, CHILD_CANCELLED } ChildEnd;

typedef struct {
	ChildEnd end;
	int status;      /* as waitpid() gives it */
	gdouble seconds; /* wall time */
} ChildResult;

/* FALSE and error where the child could not be started. Safe from several threads. */
gboolean child_run(const ChildSpec *spec, GCancellable *cancellable, ChildResult *result,
		   GError **error);

/* Runs argv with a deadline of seconds and returns what it wrote to standard output and error
 * together, without the last line feed; *status as waitpid() gives it. NULL and error where it
 * could not be started or ran out of time. Caller frees. */
gchar *child_output(const gchar *const *argv, gdouble deadline, int *status, GError **error);

/* The same of two lists of words, one behind the other; both end with NULL. */
gchar *child_ask(const gchar *const *program, const gchar *const *words, gdouble deadline,
		 int *status, GError **error);

#endif
