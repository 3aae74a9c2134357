/*
 * split - the unpacked packages become the parts of an image, in one pass: the root file system as
 * a tar, the kernel, its modules, and the ELF files on this host.
 */
#ifndef IMAGE_SPLIT_H
#define IMAGE_SPLIT_H

#include <gio/gio.h>

typedef struct {
	gchar *release;  /* the kernel's */
	gchar *packages; /* a line "NAME VERSION" each */
} Split;

/* Reads tar and makes below folder: root.tar, kernel, sysroot/ and kernel-modules/lib/modules/.
 * Error (rig). */
gboolean split(const gchar *tar, const gchar *folder, Split *result, GCancellable *cancellable,
	       GError **error);
void split_clear(Split *split);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Split, split_clear)

/* What it leaves out and puts in, as text: part of what an image is made from. Caller frees. */
gchar *split_rules(void);

#endif
