/*
 * image - a guest image as it lies on this host, built and verified.
 */
#ifndef MODEL_IMAGE_H
#define MODEL_IMAGE_H

#include <glib.h>

/* All paths are absolute. */
typedef struct {
	gchar *name;    /* "debian-12" */
	gchar *root;    /* the root disk, qcow2 with one ext4 file system on the whole disk */
	gchar *kernel;  /* an arm64 Image */
	gchar *initrd;  /* our own, see images/guest */
	gchar *sysroot; /* folder with the ELF files of the root disk, for symbols */
	gchar *release; /* the kernel's, "6.1.0-40-cloud-arm64" */
	gchar *digest;  /* of root, kernel and initrd together, lower-case hexadecimal SHA-256 */
	guint page;     /* the kernel's page size, KiB */
} Image;

void image_free(Image *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Image, image_free)

#endif
