/*
 * build - makes an image, or what of it is stale.
 */
#ifndef IMAGE_BUILD_H
#define IMAGE_BUILD_H

#include "image/check.h"

typedef struct {
	const Paths *paths;
	const Recipe *recipe;
	const gchar *folder; /* where it is made: empty */
	const gchar *log;    /* file for what the tools print */
	int lock;            /* what runs of a build that is killed still holds it */
	ImageNews news;
	gpointer data;
	GCancellable *cancellable;
} Build;

/* Makes all of it. Error (rig) or (usage). */
gboolean build_all(const Build *build, GError **error);

/* Makes the initrd in a folder whose other parts are as record says. Error (rig). */
gboolean build_initrd(const Paths *paths, const gchar *folder, Record *record, GError **error);

#endif
