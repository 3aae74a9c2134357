/*
 * store - the guest images of this host: what recipes there are, and which of them are built.
 *
 * A built image is a folder below paths->images: root.qcow2, kernel, modules/ and sysroot/, made
 * from the recipe; initrd, made from modules/ and the prepared guest program; and image.yaml, which
 * says what all that was made from and what it was like then. A folder gets its name only when it
 * is complete.
 */
#ifndef IMAGE_STORE_H
#define IMAGE_STORE_H

#include <gio/gio.h>

#include "base/paths.h"
#include "image/disk.h"
#include "model/image.h"
#include "model/recipe.h"

#define IMAGE_DEFAULT "debian-12"

typedef enum {
	IMAGE_BUILT,
	IMAGE_MISSING,
	IMAGE_OUTDATED, /* the recipe or the guest program is another now */
	IMAGE_DAMAGED,
} ImageState;

const gchar *image_state_name(ImageState state);

/* All recipes, the user's own, too: an array of Recipe. Error (usage). */
GPtrArray *image_recipes(const Paths *paths, GError **error);

/* Where it is built. Caller frees. */
gchar *image_folder(const Paths *paths, const Recipe *recipe);

/* *reason (caller frees) says what is outdated or damaged; NULL in the other states. */
ImageState image_state(const Paths *paths, const Recipe *recipe, gchar **reason);

/* A built image of that name, verified; error (rig) says what to run where there is none. What has
 * the same size, times and inode as when it was verified last is not read again. */
Image *image_open(const Paths *paths, const gchar *name, GError **error);

/* Builds what is not built, all of it when forced to. Two builds of one image wait for each other.
 * news is told what goes on. Error (rig); (usage) where the recipe is wrong. */
gboolean image_build(const Paths *paths, const Recipe *recipe, gboolean force, ImageNews news,
		     gpointer data, GCancellable *cancellable, GError **error);

/* What a build of all of it would do, in lines. Caller frees. */
gchar *image_plan(const Paths *paths, const Recipe *recipe);

/* All there is to say about the image and its recipe, in lines. Caller frees. */
gchar *image_describe(const Paths *paths, const Recipe *recipe);

/* Waits for a build to end. TRUE also where there is nothing to remove. Error (rig). */
gboolean image_remove(const Paths *paths, const Recipe *recipe, ImageNews news, gpointer data,
		      GCancellable *cancellable, GError **error);

#endif
