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
	UNPACK_WHOLE_ENTRIES = 1000000,
};

#define UNPACK_WHOLE_BYTES ((guint64)8 << 30)

/* Is it the name of an archive that unpack_whole() takes? */
gboolean unpack_knows(const gchar *name);

/* Any archive, as it is: a Debian package (of which the files that it installs come), a wheel, a
 * container's root file system. Nothing is left out of the paths; links are made, so that they
 * never lead out of the folder (an absolute one begins there); devices and the like, and links that
 * would lead out, are passed over. Else as unpack(), with UNPACK_WHOLE_ENTRIES and
 * UNPACK_WHOLE_BYTES. name: what it is called in errors, where these are told by what their name
 * ends in. */
gboolean unpack_whole(const gchar *archive, const gchar *name, const gchar *folder,
		      GCancellable *cancellable, GError **error);

/* A static library's members, of which several may have one name: in an empty folder, as files that
 * are called "0", "1" and so on. Gives their own names, in that order; free with g_strfreev(). NULL
 * and error (rig), or cancelled, else as unpack_whole(). */
gchar **unpack_members(const gchar *archive, const gchar *folder, GCancellable *cancellable,
		       GError **error);

/* Into an empty folder. On failure there may be something in it. Errors: (rig), or cancelled. */
gboolean unpack(const gchar *archive, const gchar *folder, GCancellable *cancellable,
		GError **error);

#endif
