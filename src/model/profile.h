/*
 * profile - a CPU or a board: rig/NAME.yaml.
 */
#ifndef MODEL_PROFILE_H
#define MODEL_PROFILE_H

#include <glib.h>

#include "base/paths.h"

typedef struct {
	gchar *name;
	gchar *description;
	gchar *model;       /* QEMU's name: what -cpu gets; asked of QEMU before it is used */
	gchar **properties; /* of -cpu, "pauth-impdef=on"; properties_count of them */
	guint properties_count;
	gchar *arch;    /* "ARMv8.0-A" */
	gchar **hwcaps; /* as the real CPU's Linux prints them in /proc/cpuinfo */
	guint hwcaps_count;
	guint *pages; /* page sizes that it can translate, KiB */
	guint pages_count;
	gchar **sources; /* where these facts are from */
	guint sources_count;
} Profile;

/* Error (usage) with file and line. */
Profile *profile_load(const gchar *path, GError **error);
void profile_free(Profile *profile);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Profile, profile_free)

/* The argument of -cpu: "max,pauth-impdef=on". Caller frees. */
gchar *profile_cpu(const Profile *profile);

/* All profiles of the folders (NULL-terminated; one that is missing is passed over), sorted by
 * name; one of a later folder replaces its namesake. An array of Profile. */
GPtrArray *profiles_load(const gchar *const *folders, GError **error);

/* The same of the rig's own folder and of the user's. */
GPtrArray *profiles_known(const Paths *paths, GError **error);

/* The same, or NULL. */
const Profile *profile_named(const GPtrArray *profiles, const gchar *name);

/* Borrowed from the array; error (usage) with the nearest name. */
const Profile *profile_find(const GPtrArray *profiles, const gchar *name, GError **error);

#endif
