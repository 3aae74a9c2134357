/*
 * check - is a built image what its recipe asks for, and what it was when it was built?
 */
#ifndef IMAGE_CHECK_H
#define IMAGE_CHECK_H

#include "image/store.h"
#include "model/record.h"

/* What of an image has to be made anew. */
typedef enum { STALE_NOTHING, STALE_INITRD, STALE_ALL } Stale;

typedef struct {
	ImageState state;
	Stale stale;
	gchar *reason;  /* NULL where nothing is stale */
	Record *record; /* NULL where there is none */
} Check;

/* The names of an image's parts. */
extern const gchar *const check_disk_parts[]; /* ends with NULL */
#define CHECK_INITRD "initrd"
#define CHECK_RECORD "image.yaml"

/* Looks at folder, and renews stamps in its record where a part was touched but not changed. */
Check check_image(const Paths *paths, const Recipe *recipe, const gchar *folder);
void check_clear(Check *check);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Check, check_clear)

/* Takes down what a part is like now. Error (rig). */
gboolean check_take(Record *record, const gchar *folder, const gchar *part, GError **error);

/* Digests of what the image, and what its initrd is made from. Callers free. Error (rig) where the
 * guest program is not there. */
gchar *check_disk_inputs(const Recipe *recipe);
gchar *check_initrd_inputs(const Paths *paths, GError **error);

/* The guest program. Caller frees. */
gchar *check_guest(const Paths *paths);

#endif
