/*
 * Whatever a manifest holds, it is loaded or refused with a reason; the first byte says as what it
 * is read.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "model/profile.h"
#include "model/recipe.h"
#include "model/subject.h"
#include "model/suite.h"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static void read_as(guint8 kind, const gchar *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Profile) profile = NULL;
	g_autoptr(Subject) subject = NULL;
	g_autoptr(Suite) suite = NULL;
	g_autoptr(Recipe) recipe = NULL;

	if (kind == 'p')
		profile = profile_load(path, &error);
	else if (kind == 's')
		subject = subject_load(path, &error);
	else if (kind == 'i')
		recipe = recipe_load(path, &error);
	else
		suite = suite_load(path, &error);
	g_assert_true((profile || subject || suite || recipe) == !error);
	g_assert_true(!error || g_error_matches(error, A64RIG_ERROR, A64RIG_ERROR_USAGE));
	g_assert_true(!error || g_utf8_validate(error->message, -1, NULL));
}

/* Names must fit the file's and the folder's: "x.yaml" in "x", a link to what is in memory. */
static gchar *link_to(int file)
{
	g_autofree gchar *top = g_dir_make_tmp("fuzz-manifest-XXXXXX", NULL);
	g_autofree gchar *folder = g_build_filename(top, "x", NULL);
	g_autofree gchar *target = g_strdup_printf("/proc/self/fd/%d", file);
	gchar *path = g_build_filename(folder, "x.yaml", NULL);

	g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
	g_assert_cmpint(symlink(target, path), ==, 0);
	return path;
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	static int file = -1;
	static gchar *path;

	if (!path) {
		file = memfd_create("manifest", MFD_CLOEXEC);
		path = link_to(file);
	}
	if (!size)
		return 0;
	g_assert_cmpint(ftruncate(file, 0), ==, 0);
	g_assert_cmpint(pwrite(file, data + 1, size - 1, 0), ==, size - 1);
	read_as(*data, path);
	return 0;
}
