/*
 * scan - files, folders and archives, searched for instructions above a baseline.
 *
 * A folder is searched with all that lies below it, links not followed; an archive (tar, cpio, zip,
 * ar: so wheels, Debian packages and static libraries, too) is read as hostile input, and nothing
 * of it is ever written but its ELF files, one at a time, to a file without a name. What is no
 * arm64 ELF file in a folder or an archive is passed over; named outright it is a problem.
 */
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include <gio/gio.h>

#include "model/hit.h"
#include "model/profile.h"

enum {
	SCAN_ENTRIES = 1000000, /* of an archive, and of those in it */
	SCAN_NESTED = 4,        /* archives in archives */
	SCAN_DEPTH = 64,        /* folders in folders */
};

#define SCAN_BYTES ((guint64)16 << 30) /* of an archive, unpacked, and of those in it */

typedef struct {
	const Profile *baseline;
	const GPtrArray *profiles; /* whose fates are told */
	const gchar *scratch;      /* a folder for the nameless files */
	guint jobs;                /* files at once, at least 1 */
	/* How far it is, or NULL; called by one thread at a time, with progress_data. */
	void (*progress)(guint done, guint total, gpointer progress_data);
	gpointer progress_data;
} ScanRequest;

/* Files that cannot be scanned are among the result's problems. NULL and error only when cancelled.
 */
Scan *scan_run(const gchar *const *paths, const ScanRequest *request, GCancellable *cancellable,
	       GError **error);

#endif
