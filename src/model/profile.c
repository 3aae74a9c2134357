#include "model/profile.h"

#include "base/error.h"
#include "base/nearest.h"
#include "model/folder.h"
#include "model/manifest.h"

static const cyaml_schema_value_t page = {CYAML_VALUE_UINT(CYAML_FLAG_DEFAULT, guint)};

static const cyaml_schema_field_t fields[] = {
	CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, Profile, name, 1, CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("description", CYAML_FLAG_POINTER, Profile, description, 1,
			       CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("model", CYAML_FLAG_POINTER, Profile, model, 1, CYAML_UNLIMITED),
	CYAML_FIELD_SEQUENCE("properties", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, Profile,
			     properties, &manifest_string, 0, CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("arch", CYAML_FLAG_POINTER, Profile, arch, 1, CYAML_UNLIMITED),
	CYAML_FIELD_SEQUENCE("hwcaps", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, Profile, hwcaps,
			     &manifest_string, 0, CYAML_UNLIMITED),
	CYAML_FIELD_SEQUENCE("pages", CYAML_FLAG_POINTER, Profile, pages, &page, 1, 3),
	CYAML_FIELD_SEQUENCE("sources", CYAML_FLAG_POINTER, Profile, sources, &manifest_string, 1,
			     CYAML_UNLIMITED),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, Profile, fields),
};

Profile *profile_load(const gchar *path, GError **error)
{
	g_autoptr(Profile) profile = manifest_load(path, &schema, error);

	if (!profile || !folder_name_fits(path, profile->name, error))
		return NULL;
	return g_steal_pointer(&profile);
}

void profile_free(Profile *profile)
{
	manifest_free(&schema, profile);
}

gchar *profile_cpu(const Profile *profile)
{
	g_autoptr(GString) cpu = g_string_new(profile->model);

	for (guint i = 0; i < profile->properties_count; i++)
		g_string_append_printf(cpu, ",%s", profile->properties[i]);
	return g_string_free(g_steal_pointer(&cpu), FALSE);
}

static gpointer load(const gchar *path, GError **error)
{
	return profile_load(path, error);
}

static const gchar *name_of(gconstpointer profile)
{
	return ((const Profile *)profile)->name;
}

GPtrArray *profiles_load(const gchar *const *folders, GError **error)
{
	return folder_load(folders, load, name_of, (GDestroyNotify)profile_free, error);
}

GPtrArray *profiles_known(const Paths *paths, GError **error)
{
	g_autofree gchar *rig = g_build_filename(paths->data, "rig", NULL);
	g_autofree gchar *own = g_build_filename(paths->config, "rig", NULL);
	const gchar *const folders[] = {rig, own, NULL};

	return profiles_load(folders, error);
}

const Profile *profile_find(const GPtrArray *profiles, const gchar *name, GError **error)
{
	return folder_find(profiles, "profile", name_of, name, error);
}

const Profile *profile_named(const GPtrArray *profiles, const gchar *name)
{
	for (guint i = 0; i < profiles->len; i++) {
		const Profile *profile = g_ptr_array_index(profiles, i);

		if (g_str_equal(profile->name, name))
			return profile;
	}
	return NULL;
}
