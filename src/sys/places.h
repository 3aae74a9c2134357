/*
 * places - where QEMU finds the files of a guest, on the machine that it runs on.
 */
#ifndef SYS_PLACES_H
#define SYS_PLACES_H

#include "model/image.h"
#include "sys/host.h"

typedef struct {
	gchar *root, *kernel, *initrd, *data;
} Places;

/* Sends what is not there yet. Error (rig). */
gboolean places_fill(Places *places, Host *host, const Image *image, const gchar *data,
		     GError **error);
void places_clear(Places *places);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Places, places_clear)

#endif
