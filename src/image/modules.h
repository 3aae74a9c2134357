/*
 * modules - the kernel modules that a guest loads before it can mount anything, in their order.
 */
#ifndef IMAGE_MODULES_H
#define IMAGE_MODULES_H

#include <glib.h>

/* The file with the modules' names, a line each, in the order in which they are loaded. */
#define MODULES_ORDER "order"

/* Takes them from tree/lib/modules/RELEASE to the new folder to: NAME.ko each, not compressed, and
 * the order. Error (rig), also where the kernel lacks one. */
gboolean modules_take(const gchar *tree, const gchar *release, const gchar *to, GError **error);

/* What is wanted of a kernel, as text: part of what an image is made from. Caller frees. */
gchar *modules_rules(void);

#endif
