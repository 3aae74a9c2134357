#include "judge/fate.h"

#include <string.h>

/* "ARMv8.2-A" is 802; 0 for what is not of that form. */
static guint version(const gchar *arch)
{
	guint major = 0, minor = 0;

	if (!arch || !g_str_has_prefix(arch, "ARMv"))
		return 0;
	arch += strlen("ARMv");
	major = (guint)g_ascii_strtoull(arch, (gchar **)&arch, 10);
	minor = *arch == '.' ? (guint)g_ascii_strtoull(arch + 1, NULL, 10) : 0;
	return major * 100 + minor;
}

gboolean profile_has(const Profile *profile, const IsaFeature *feature)
{
	for (guint i = 0; feature->hwcap && i < profile->hwcaps_count; i++)
		if (g_str_equal(profile->hwcaps[i], feature->hwcap))
			return TRUE;
	if (!profile->hwcaps_count) /* max: all that there is */
		return TRUE;
	return !feature->hwcap && feature->mandatory &&
	       version(profile->arch) >= version(feature->arch);
}

gchar *board_lacks(const Profile *board, const Profile *model)
{
	g_autoptr(GString) names = g_string_new(NULL);

	if (!model || model == board)
		return NULL;
	for (const IsaFeature *feature = isa_features(); feature->feature; feature++)
		if (profile_has(model, feature) && !profile_has(board, feature))
			g_string_append_printf(names, "%s%s", names->len ? "+" : "",
					       feature->feature);
	return names->len ? g_string_free(g_steal_pointer(&names), FALSE) : NULL;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const gchar *const *)a, *(const gchar *const *)b);
}

/* Those that the profile lacks. */
static gboolean add_lacking(Fate *fate, const Profile *profile, GHashTable *features)
{
	GHashTableIter iter;
	gpointer key;

	g_hash_table_iter_init(&iter, features);
	while (g_hash_table_iter_next(&iter, &key, NULL)) {
		const IsaFeature *feature = key;

		if (!profile_has(profile, feature))
			g_ptr_array_add(fate->features, (gpointer)feature->feature);
	}
	g_ptr_array_sort(fate->features, by_name);
	return fate->features->len != 0;
}

void fates_find(Scan *scan, const GPtrArray *profiles, GHashTable *bare, GHashTable *unknown)
{
	for (guint i = 0; i < profiles->len; i++) {
		const Profile *profile = g_ptr_array_index(profiles, i);
		Fate *fate = fate_new(profile->name);

		if (add_lacking(fate, profile, bare))
			fate->kind = FATE_DIES;
		else if (add_lacking(fate, profile, unknown))
			fate->kind = FATE_UNCLEAR;
		g_ptr_array_add(scan->fates, fate);
	}
}
