/*
 * build - makes an image, or what of it is stale.
 */
#ifndef IMAGE_BUILD_H
#define IMAGE_BUILD_H

#include "image/check.h"

/* Makes all of it in the empty folder. Error (rig) or (usage). */
gboolean build_all(const Paths *paths, const Recipe *recipe, const gchar *folder, const gchar *log,
		   ImageNews news, gpointer data, GCancellable *cancellable, GError **error);

/* Makes the initrd in a folder whose other parts are as record says. Error (rig). */
gboolean build_initrd(const Paths *paths, const gchar *folder, Record *record, GError **error);

#endif
