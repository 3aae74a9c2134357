/*
 * shell - a guest whose console is somebody's terminal.
 */
#ifndef SYS_SHELL_H
#define SYS_SHELL_H

#include "sys/system.h"

/* Nothing is owned. */
typedef struct {
	const Paths *paths;
	const gchar *uri, *pool; /* of libvirt, as in SystemOptions */
	const Profile *profile;
	const Image *image;
	const gchar *term;   /* the terminal's type, for TERM; or NULL */
	guint rows, columns; /* its size; 0: it has none */
	int in, out;         /* the terminal, raw already; or any other pair of files */
	gchar escape;        /* what typed ends the shell; 0: nobody types */
} Shell;

/* Boots a guest and copies between its console and the files until it powers off, or the escape
 * is typed. Without an escape what comes in is a script: it is not echoed and there is no prompt.
 * When in ends, the guest goes on until its shell has read that end. Error (rig). */
gboolean shell_run(const Shell *shell, GCancellable *cancellable, GError **error);

/* Can the image boot on the profile's CPU? Error (rig) says why not. */
gboolean shell_check(const Shell *shell, GError **error);

/* The domain's XML, for --dry-run. Caller frees. */
gchar *shell_domain(const Shell *shell, GError **error);

#endif
