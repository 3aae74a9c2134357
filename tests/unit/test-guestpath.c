/*
 * Guest paths to host files: maps, links as the guest saw them, relative names.
 */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "inspect/guestpath.h"

static gchar *folder;

static gchar *in_folder(const gchar *name)
{
	return g_build_filename(folder, name, NULL);
}

static void make_file(const gchar *name)
{
	g_autofree gchar *path = in_folder(name);
	g_autofree gchar *parent = g_path_get_dirname(path);

	g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
	g_assert_true(g_file_set_contents(path, name, -1, NULL));
}

static void make_link(const gchar *name, const gchar *target)
{
	g_autofree gchar *path = in_folder(name);

	g_assert_cmpint(symlink(target, path), ==, 0);
}

static void finds(const PathMap *map, const gchar *guest, const gchar *name)
{
	g_autofree gchar *found = guestpath_find(map, guest);
	g_autofree gchar *want = name ? in_folder(name) : NULL;

	g_assert_cmpstr(found, ==, want);
}

static void test_root(void)
{
	g_autofree gchar *root = in_folder("root");
	const PathMap map[] = {{"/", root}, {NULL, NULL}};

	finds(map, "/usr/lib/liba.so.1", "root/usr/lib/liba.so.1");
	finds(map, "/usr/lib/liba.so", "root/usr/lib/liba.so.1");
	finds(map, "/lib/liba.so.1", "root/usr/lib/liba.so.1");
	finds(map, "/lib/abs.so", "root/usr/lib/liba.so.1");
	finds(map, "/usr/lib/../lib/./liba.so.1", "root/usr/lib/liba.so.1");
	finds(map, "/../../usr/lib/liba.so.1", "root/usr/lib/liba.so.1");
	finds(map, "/lib/../lib/liba.so.1", "root/usr/lib/liba.so.1");
	finds(map, "/usr/lib", NULL);
	finds(map, "/usr/lib/none.so", NULL);
	finds(map, "/lib/ring", NULL);
	finds(map, "/lib/outside", NULL);
}

static void test_order(void)
{
	g_autofree gchar *root = in_folder("root");
	g_autofree gchar *case_folder = in_folder("case");
	g_autofree gchar *one = in_folder("case/one");
	const PathMap map[] = {
		{"/rig/case", case_folder}, {"/rig/subject/x.so", one}, {"/", root}, {NULL, NULL}};

	finds(map, "/rig/case/one", "case/one");
	finds(map, "/rig/case/../case/one", "case/one");
	finds(map, "/rig/subject/x.so", "case/one");
	finds(map, "/rig/cases/one", NULL);
	finds(map, "/usr/lib/liba.so.1", "root/usr/lib/liba.so.1");
}

/* A link that the caller's own entry names is the host's. */
static void test_entry_link(void)
{
	g_autofree gchar *link = in_folder("link-to-case");
	const PathMap map[] = {{"/rig/case", link}, {NULL, NULL}};

	finds(map, "/rig/case/one", "link-to-case/one");
}

static void test_relative(void)
{
	g_autofree gchar *case_folder = in_folder("case");
	const PathMap here[] = {{".", case_folder}, {NULL, NULL}};
	const PathMap root[] = {{"/", case_folder}, {NULL, NULL}};

	finds(here, "./one", "case/one");
	finds(here, "one", "case/one");
	finds(here, "/one", NULL);
	finds(root, "one", NULL);
}

static void remove_all(const gchar *path)
{
	const gchar *argv[] = {"rm", "-rf", path, NULL};

	g_assert_true(g_spawn_sync(NULL, (gchar **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
				   NULL, NULL, NULL, NULL));
}

int main(int argc, char **argv)
{
	int status;

	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("test-guestpath-XXXXXX", NULL);
	g_assert_nonnull(folder);
	make_file("root/usr/lib/liba.so.1");
	make_file("case/one");
	make_link("root/usr/lib/liba.so", "liba.so.1");
	make_link("root/usr/lib/abs.so", "/lib/liba.so");
	make_link("root/usr/lib/ring", "/lib/ring");
	make_link("root/usr/lib/outside", "/etc/hostname");
	make_link("root/lib", "/usr/lib");
	make_link("link-to-case", "case");
	g_test_add_func("/guestpath/root", test_root);
	g_test_add_func("/guestpath/order", test_order);
	g_test_add_func("/guestpath/entry-link", test_entry_link);
	g_test_add_func("/guestpath/relative", test_relative);
	status = g_test_run();
	remove_all(folder);
	g_free(folder);
	return status;
}
