/*
 * debian - Debian's arm64 packages, by scripts/debian of the data folder.
 */
#ifndef ARTEFACT_DEBIAN_H
#define ARTEFACT_DEBIAN_H

#include "base/paths.h"

/* What the script prints for these words, which end with NULL: "versions" NAME, "fetch" NAME,
 * "root" FOLDER NAME... or "python" VERSION; see there. Error (usage) where there is no such
 * package or version, (rig) where Debian cannot be reached. Caller frees. */
gchar *debian_ask(const Paths *paths, const gchar *const *words, GError **error);

#endif
