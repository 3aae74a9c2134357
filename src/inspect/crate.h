/*
 * crate - Rust crates, by the paths of their sources that stand in an object's constant data, for
 * panics to name.
 */
#ifndef INSPECT_CRATE_H
#define INSPECT_CRATE_H

#include <glib.h>

#include "inspect/elffile.h"

/* The version of the crate of that name, from ".../registry/src/INDEX/NAME-VERSION/", as cargo
 * unpacks them; NULL where there is no such path. Caller frees. */
gchar *crate_version(const ElfFile *elf, const gchar *name);

#endif
