/*
 * unpack - the files of a published npm archive, whose maker is not trusted, put in a folder.
 *
 * As npm does, the first part of every path is left out, whatever it is called; folders are made
 * only for the files in them; of two files with one path the later one stays; and links are passed
 * over, so that nothing below the folder ever leads elsewhere. A file can be run by all or by none;
 * it has no other permission of the archive's.
 *
 * Refused, with the entry named: paths and links that lead out, devices and the
 * like, a file that is in another one's way, a damaged or unfinished archive, and what goes beyond
 * the limits below.
 */
#ifndef ARTEFACT_UNPACK_H
#define ARTEFACT_UNPACK_H

#include <gio/gio.h>

enum {
	UNPACK_ENTRIES = 100000, /* of all kinds */
	UNPACK_BYTES = 1 << 30,  /* of all files together */
	UNPACK_PATH = 1024,      /* bytes of a path */
	UNPACK_PARTS = 1000000,  /* of all paths together: what they can make of folders */
};

/* Into an empty folder. On failure there may be something in it. Errors: (rig), or cancelled. */
gboolean unpack(const gchar *archive, const gchar *folder, GCancellable *cancellable,
		GError **error);

#endif
