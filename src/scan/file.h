/*
 * file - all instructions of one ELF file that are above a baseline, each with its class.
 */
#ifndef SCAN_FILE_H
#define SCAN_FILE_H

#include "isa/isa.h"
#include "model/hit.h"
#include "model/profile.h"

/* Which extensions a file's bare and unknown hits are of, whatever the baseline. */
typedef struct {
	GHashTable *bare, *unknown; /* sets of const IsaFeature* */
} FileFeatures;

/* Two empty sets; and their end. */
FileFeatures file_features_new(void);
void file_features_clear(FileFeatures *features);

/* Adds the one set to the other. */
void file_features_add(GHashTable *to, GHashTable *from);

/* Larger code is not followed, for that takes as much memory as it has: all of it is unknown. */
#define FILE_FOLLOWED ((guint64)2 << 30) /* bytes */

/* path is what is read, label what it is called. Adds to features. Error (G_IO_ERROR) where it is
 * no sound arm64 ELF file. Safe from several threads with features of their own. */
ScanFile *file_scan(const gchar *path, const gchar *label, const Profile *baseline,
		    FileFeatures *features, GError **error);

#endif
