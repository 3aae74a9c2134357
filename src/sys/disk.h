/*
 * disk - the read-only disk on which cases and subjects travel into a guest.
 *
 * An erofs file system at the start of a file of fixed size: a guest that was frozen with one such
 * disk attached goes on with any other. Each file stands in a folder named after its content.
 * Disks are kept, under a digest of all that they hold.
 */
#ifndef SYS_DISK_H
#define SYS_DISK_H

#include <glib.h>

/* Bytes of every disk; not of what it takes here, for it is sparse. */
#define DISK_SIZE (G_GUINT64_CONSTANT(1) << 32)

typedef struct {
	gchar *path;       /* of the disk */
	GHashTable *names; /* path on this host to that on the disk */
} Disk;

/* The disk with these files (ends with NULL; none: an empty disk), made below the folder when it
 * is not there or is damaged. Error (rig); (usage) for a file that cannot be read, or too many. */
Disk *disk_new(const gchar *folder, const gchar *const *files, GError **error);
void disk_free(Disk *disk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Disk, disk_free)

/* Where the file is on the disk: "5e884898da280471/libmimalloc.so". Owned by the disk; NULL for one
 * that it does not hold. */
const gchar *disk_name(const Disk *disk, const gchar *file);

#endif
