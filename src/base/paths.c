#include "base/paths.h"

#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/error.h"

static gboolean is_data(const gchar *folder)
{
	g_autofree gchar *rig = g_build_filename(folder, "rig", NULL);
	g_autofree gchar *cases = g_build_filename(folder, "cases", NULL);

	return g_file_test(rig, G_FILE_TEST_IS_DIR) && g_file_test(cases, G_FILE_TEST_IS_DIR);
}

/* Beside the build folder, under the prefix that the program stands in, under the configured one.
 */
static gchar *find_data(const gchar *bin, GError **error)
{
	const gchar *named = g_getenv("A64RIG_DATA");
	g_autofree gchar *parent = g_path_get_dirname(bin);
	g_autofree gchar *share = g_build_filename(parent, "share", "a64rig", NULL);
	const gchar *const places[] = {parent, share, A64RIG_PREFIX "/share/a64rig"};

	if (named) {
		if (is_data(named))
			return g_strdup(named);
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "A64RIG_DATA is '%s', which has no folders rig/ and cases/", named);
		return NULL;
	}
	for (guint i = 0; i < G_N_ELEMENTS(places); i++)
		if (is_data(places[i]))
			return g_strdup(places[i]);
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
		    "no folders rig/ and cases/ in '%s' or '%s'; run 'make install', or name their "
		    "folder in A64RIG_DATA",
		    parent, share);
	return NULL;
}

/* A program or module of ours, in a checkout beside the command, else in libexec. */
static gchar *find_helper(const gchar *bin, const gchar *name)
{
	g_autofree gchar *beside = g_build_filename(bin, name, NULL);

	if (g_file_test(beside, G_FILE_TEST_EXISTS))
		return g_steal_pointer(&beside);
	return g_build_filename(bin, "..", "libexec", "a64rig", name, NULL);
}

static gchar *in_cache(const gchar *name)
{
	return g_build_filename(g_get_user_cache_dir(), "a64rig", name, NULL);
}

Paths *paths_new(GError **error)
{
	g_autofree gchar *self = g_file_read_link("/proc/self/exe", error);
	g_autofree gchar *bin = NULL;
	g_autofree gchar *data = NULL;
	Paths *paths;

	if (!self)
		return NULL;
	bin = g_path_get_dirname(self);
	data = find_data(bin, error);
	if (!data)
		return NULL;
	paths = g_new0(Paths, 1);
	paths->data = g_canonicalize_filename(data, NULL);
	paths->launch = find_helper(bin, "a64rig-launch");
	paths->guard = find_helper(bin, "a64rig-guard");
	paths->pass = find_helper(bin, "a64rig-pass");
	paths->audit[0] = find_helper(bin, "a64rig-audit-1.so");
	paths->audit[1] = find_helper(bin, "a64rig-audit-2.so");
	paths->guests = find_helper(bin, "a64rig-guests.so");
	paths->libvirt = in_cache("libvirt");
	paths->snapshots = in_cache("snapshots");
	paths->disks = in_cache("disks");
	paths->prepared = in_cache("prepared");
	paths->runs = in_cache("runs");
	paths->images = in_cache("images");
	paths->findings = in_cache("findings");
	paths->packages = in_cache("packages");
	paths->bisect = in_cache("bisect");
	paths->config = g_build_filename(g_get_user_config_dir(), "a64rig", NULL);
	return paths;
}

void paths_free(Paths *paths)
{
	if (!paths)
		return;
	g_free(paths->data);
	g_free(paths->launch);
	g_free(paths->guard);
	g_free(paths->pass);
	g_free(paths->audit[0]);
	g_free(paths->audit[1]);
	g_free(paths->guests);
	g_free(paths->libvirt);
	g_free(paths->snapshots);
	g_free(paths->disks);
	g_free(paths->prepared);
	g_free(paths->runs);
	g_free(paths->images);
	g_free(paths->findings);
	g_free(paths->packages);
	g_free(paths->bisect);
	g_free(paths->config);
	g_free(paths);
}

gchar *paths_prepare_command(const Paths *paths)
{
	g_autofree gchar *makefile = g_build_filename(paths->data, "Makefile", NULL);

	if (g_file_test(makefile, G_FILE_TEST_EXISTS))
		return g_strdup("make prepare");
	return g_build_filename(paths->data, "scripts", "prepare", NULL);
}

gchar *path_absolute(const gchar *path)
{
	g_autofree gchar *folder = g_path_get_dirname(path);
	g_autofree gchar *base = g_path_get_basename(path);
	char *real = g_str_equal(base, "..") ? NULL : realpath(folder, NULL);
	gchar *absolute = NULL;

	if (real && strstr(folder, ".."))
		absolute = g_build_filename(real, base, NULL);
	free(real);
	return absolute ? absolute : g_canonicalize_filename(path, NULL);
}

guint64 path_room(const gchar *folder)
{
	struct statvfs status;

	return statvfs(folder, &status) ? G_MAXUINT64 : (guint64)status.f_bavail * status.f_frsize;
}

gboolean path_is_full(const gchar *folder)
{
	return path_room(folder) < 1 << 20;
}
