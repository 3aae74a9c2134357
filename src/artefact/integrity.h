/*
 * integrity - the SHA-512 of an archive, as npm writes it: "sha512-" and its base64.
 */
#ifndef ARTEFACT_INTEGRITY_H
#define ARTEFACT_INTEGRITY_H

#include <glib.h>

/* The one of text (several sums may stand there, with blanks between); NULL where there is none, or
 * it is not written as it should be. Caller frees. */
gchar *integrity_parse(const gchar *text);

/* That of a file's bytes. Error (rig). Caller frees. */
gchar *integrity_of_file(const gchar *path, GError **error);

/* "sha512-HEX", HEX being the first 32 digits: the name of a folder. Caller frees. */
gchar *integrity_to_file_name(const gchar *integrity);

#endif
