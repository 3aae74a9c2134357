/* What a program that exec runs sees of this host: which folders, and which of them it may write.
 */
#include <string.h>
#include <unistd.h>

#include "tree.h"
#include "user/view.h"

typedef struct {
	Tree *top;   /* holds what follows */
	gchar *home; /* the user's, as far as $HOME says */
	GStrv argv;  /* of the last view */
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	fixture->top = tree_new();
	fixture->home = g_build_filename(fixture->top, "home", NULL);
	g_assert_cmpint(g_mkdir(fixture->home, 0755), ==, 0);
	g_setenv("HOME", fixture->home, TRUE);
}

static void tear_down(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	g_strfreev(fixture->argv);
	g_free(fixture->home);
	tree_free(fixture->top);
}

/* How a program in the folder sees things; whether it may write there. All names are of the test's
 * folder, bound may be NULL. */
static gboolean look(Fixture *fixture, const gchar *folder, const gchar *program,
		     const gchar *bound)
{
	g_autofree gchar *at = g_build_filename(fixture->top, folder, NULL);
	g_autofree gchar *path = g_build_filename(fixture->top, program, NULL);
	g_autofree gchar *bound_path = bound ? g_build_filename(fixture->top, bound, NULL) : NULL;
	const gchar *needed[] = {"/usr/bin/env", NULL};
	const gchar *bounds[] = {bound_path, NULL};
	const View view = {at, path, needed, bounds};
	g_autoptr(GStrvBuilder) argv = g_strv_builder_new();

	view_add(&view, argv);
	g_strfreev(fixture->argv);
	fixture->argv = g_strv_builder_end(argv);
	return view_keeps_folder(&view);
}

/* Where bubblewrap is told so of the path; -1: nowhere. The last one holds. */
static gint told(const Fixture *fixture, const gchar *how, const gchar *path)
{
	gint found = -1;

	for (gint i = 0; fixture->argv[i] && fixture->argv[i + 1]; i++)
		if (g_str_equal(fixture->argv[i], how) && g_str_equal(fixture->argv[i + 1], path))
			found = i;
	return found;
}

/* The same of a path in the test's folder. */
static gint place(const Fixture *fixture, const gchar *how, const gchar *name)
{
	g_autofree gchar *path = g_build_filename(fixture->top, name, NULL);

	return told(fixture, how, path);
}

#define assert_shown(how, name)     g_assert_cmpint(place(fixture, how, name), >=, 0)
#define assert_not_shown(how, name) g_assert_cmpint(place(fixture, how, name), ==, -1)

static void test_outermost_tree(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	g_autofree gchar *outer = tree_write(fixture->top, "work/.git/config", "", -1);
	g_autofree gchar *inner = tree_write(fixture->top, "work/sub/deep/Cargo.toml", "", -1);
	g_autofree gchar *program = tree_write(fixture->top, "work/sub/deep/prog", "", -1);

	g_assert_true(look(fixture, "work/sub/deep", "work/sub/deep/prog", NULL));
	assert_shown("--bind", "work");
	assert_not_shown("--bind", "work/sub/deep");
	/* A program could plant a hook there. */
	g_assert_cmpint(place(fixture, "--ro-bind", "work/.git"), >,
			place(fixture, "--bind", "work"));
	assert_shown("--chdir", "work/sub/deep");
}

static void test_unmarked_folder(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	g_autofree gchar *program = tree_write(fixture->top, "plain/sub/prog", "", -1);

	g_assert_true(look(fixture, "plain/sub", "plain/sub/prog", NULL));
	assert_shown("--bind", "plain/sub");
	assert_not_shown("--bind", "plain");
}

static void test_program_elsewhere(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	g_autofree gchar *here = tree_write(fixture->top, "here/file", "", -1);
	g_autofree gchar *mark = tree_write(fixture->top, "tool/meson-private/x", "", -1);
	g_autofree gchar *program = tree_write(fixture->top, "tool/bin/prog", "", -1);
	g_autofree gchar *link = g_build_filename(fixture->top, "links", "prog", NULL);
	g_autofree gchar *links = g_path_get_dirname(link);

	g_assert_cmpint(g_mkdir(links, 0755), ==, 0);
	g_assert_cmpint(symlink(program, link), ==, 0);
	g_assert_true(look(fixture, "here", "links/prog", NULL));
	assert_shown("--ro-bind", "links");
	assert_shown("--ro-bind", "tool");
	assert_not_shown("--bind", "tool");
}

static void test_home_is_never_shown(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	g_autofree gchar *mark = tree_write(fixture->top, "home/.git/config", "", -1);
	g_autofree gchar *program = tree_write(fixture->top, "home/prog", "", -1);
	g_autofree gchar *project = tree_write(fixture->top, "home/project/main.c", "", -1);

	g_assert_false(look(fixture, "home", "home/prog", NULL));
	assert_shown("--tmpfs", "home");
	assert_not_shown("--bind", "home");
	assert_not_shown("--ro-bind", "home");
	assert_shown("--ro-bind", "home/prog");
	/* Its mark does not make it the tree of what lies in it. */
	g_assert_true(look(fixture, "home/project", "home/prog", NULL));
	assert_shown("--bind", "home/project");
	assert_not_shown("--bind", "home");
	/* Unless the user says so. */
	g_assert_true(look(fixture, "home", "home/prog", "home"));
	assert_shown("--bind", "home");
}

/* By whatever path the program is named. */
static void test_links_show_no_home(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	g_autofree gchar *mark = tree_write(fixture->top, "home/.git/config", "", -1);
	g_autofree gchar *program = tree_write(fixture->top, "home/prog", "", -1);
	g_autofree gchar *other = tree_write(fixture->top, "home/project/prog", "", -1);
	g_autofree gchar *here = tree_write(fixture->top, "here/file", "", -1);
	g_autofree gchar *link = g_build_filename(fixture->top, "link", NULL);

	g_assert_cmpint(symlink(fixture->home, link), ==, 0);
	look(fixture, "here", "link/prog", NULL);
	assert_not_shown("--ro-bind", "link");
	assert_not_shown("--ro-bind", "home");
	assert_shown("--ro-bind", "link/prog");
	assert_shown("--ro-bind", "home/prog");
	/* Nor does the mark in there, reached by the link, make it a tree. */
	look(fixture, "here", "link/project/prog", NULL);
	assert_not_shown("--ro-bind", "link");
	assert_shown("--ro-bind", "link/project");
}

/* It only begins with the home folder's name. */
static void test_a_name_like_home(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	g_autofree gchar *program = tree_write(fixture->top, "homework/prog", "", -1);

	g_assert_true(look(fixture, "homework", "homework/prog", NULL));
	assert_shown("--bind", "homework");
}

/* A folder above a bound one is as closed as before. */
static void test_bound(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	g_autofree gchar *program = tree_write(fixture->top, "home/prog", "", -1);
	g_autofree gchar *bound = tree_folder(fixture->top, "home/kept");

	g_assert_false(look(fixture, "home", "home/prog", "home/kept"));
	assert_shown("--bind", "home/kept");
	assert_not_shown("--bind", "home");
}

static void test_private_places(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	static const gchar *const own[][2] = {{"--dev", "/dev"}, {"--proc", "/proc"}};
	g_autofree gchar *program = tree_write(fixture->top, "plain/prog", "", -1);
	g_autofree gchar *temporary = tree_folder(fixture->top, "temporary");
	gint shared;

	g_setenv("TMPDIR", temporary, TRUE);
	look(fixture, "plain", "plain/prog", NULL);
	g_unsetenv("TMPDIR");
	assert_shown("--tmpfs", "temporary");
	shared = told(fixture, "--tmpfs", "/tmp");
	g_assert_cmpint(shared, >=, 2);
	g_assert_cmpstr(fixture->argv[shared - 2], ==, "--perms");
	g_assert_cmpstr(fixture->argv[shared - 1], ==, "1777");
	g_assert_cmpint(told(fixture, "--ro-bind", "/tmp"), ==, -1);
	g_assert_cmpint(told(fixture, "--ro-bind", "/usr"), >=, 0);
	for (guint i = 0; i < G_N_ELEMENTS(own); i++) {
		g_assert_cmpint(told(fixture, "--tmpfs", own[i][1]), ==, -1);
		g_assert_cmpint(told(fixture, "--ro-bind", own[i][1]), ==, -1);
		g_assert_cmpint(told(fixture, own[i][0], own[i][1]), >=, 0);
	}
}

/* bubblewrap can mount nothing on a link; and what it leads to is seen. */
static void test_a_link_of_the_system(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	const gchar *none[] = {NULL};
	const View view = {fixture->home, "/bin/env", none, none};
	g_autoptr(GStrvBuilder) argv = g_strv_builder_new();

	if (!g_file_test("/bin", G_FILE_TEST_IS_SYMLINK)) {
		g_test_skip("/bin is no link here");
		return;
	}
	view_add(&view, argv);
	fixture->argv = g_strv_builder_end(argv);
	g_assert_cmpint(told(fixture, "--ro-bind", "/bin"), ==, -1);
	g_assert_cmpint(told(fixture, "--ro-bind", "/usr/bin"), >=, 0);
}

static void test_a_mark_of_others(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	g_autofree gchar *mark = tree_write(fixture->top, "shared/.git/config", "", -1);
	g_autofree gchar *program = tree_write(fixture->top, "shared/mine/prog", "", -1);
	g_autofree gchar *shared = g_build_filename(fixture->top, "shared", NULL);

	g_assert_cmpint(g_chmod(shared, 0777), ==, 0);
	g_assert_true(look(fixture, "shared/mine", "shared/mine/prog", NULL));
	assert_shown("--bind", "shared/mine");
	assert_not_shown("--bind", "shared");
}

static void test_sources_of_a_build(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	g_autofree gchar *source = tree_write(fixture->top, "source/CMakeLists.txt", "", -1);
	g_autofree gchar *folder = g_path_get_dirname(source);
	g_autofree gchar *cache =
		g_strdup_printf("# made by CMake\nCMAKE_HOME_DIRECTORY:INTERNAL=%s\r\n", folder);
	g_autofree gchar *good = tree_write(fixture->top, "build/CMakeCache.txt", cache, -1);
	g_autofree gchar *program = tree_write(fixture->top, "build/prog", "", -1);

	g_assert_true(look(fixture, "build", "build/prog", NULL));
	assert_shown("--ro-bind", "source");
	assert_not_shown("--bind", "source");
}

/* What is shown read-only because build/CMakeCache.txt names it so. */
static void look_with_cache(Fixture *fixture, const gchar *named)
{
	g_autofree gchar *text =
		g_strconcat("x\nCMAKE_HOME_DIRECTORY:INTERNAL=", named, "\n", NULL);
	g_autofree gchar *cache = tree_write(fixture->top, "build/CMakeCache.txt", text, -1);
	g_autofree gchar *program = tree_write(fixture->top, "build/prog", "", -1);

	look(fixture, "build", "build/prog", NULL);
}

/* A cache is a file like others, it may have come with a tree: it opens nothing that is closed. */
static void test_sources_that_lie(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	g_autofree gchar *key = tree_write(fixture->top, "home/.ssh/key", "", -1);
	g_autofree gchar *list = tree_write(fixture->top, "home/CMakeLists.txt", "", -1);
	g_autofree gchar *link = g_build_filename(fixture->top, "link", NULL);
	static const gchar *const lies[] = {"home",      "home/.ssh", "home/.ssh/..", "link",
					    "link/.ssh", "not-there", "build/../home"};

	g_assert_cmpint(symlink(fixture->home, link), ==, 0);
	for (guint i = 0; i < G_N_ELEMENTS(lies); i++) {
		g_autofree gchar *named = g_build_filename(fixture->top, lies[i], NULL);

		look_with_cache(fixture, named);
		assert_not_shown("--ro-bind", lies[i]);
		assert_not_shown("--ro-bind", "home");
		assert_not_shown("--ro-bind", "home/.ssh");
	}
}

static void test_sources_above_all(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	static const gchar *const lies[] = {"/", "/usr/..", "/home", "", "relative", "."};

	for (guint i = 0; i < G_N_ELEMENTS(lies); i++) {
		look_with_cache(fixture, lies[i]);
		for (gint k = 0; fixture->argv[k + 1]; k++)
			if (g_str_equal(fixture->argv[k], "--ro-bind")) {
				g_assert_cmpstr(fixture->argv[k + 1], !=, lies[i]);
				g_assert_cmpstr(fixture->argv[k + 1], !=, "/");
			}
	}
}

static void test_needed_comes_last(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
	g_autofree gchar *program = tree_write(fixture->top, "plain/prog", "", -1);
	gint needed = -1;

	look(fixture, "plain", "plain/prog", NULL);
	for (gint i = 0; fixture->argv[i]; i++)
		if (g_str_equal(fixture->argv[i], "/usr/bin/env"))
			needed = i;
	g_assert_cmpint(needed, >, place(fixture, "--bind", "plain"));
}

#define ADD(name, test) g_test_add("/view/" name, Fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("the-outermost-tree", test_outermost_tree);
	ADD("unmarked-folder", test_unmarked_folder);
	ADD("program-elsewhere", test_program_elsewhere);
	ADD("home-is-never-shown", test_home_is_never_shown);
	ADD("links-show-no-home", test_links_show_no_home);
	ADD("a-name-like-home", test_a_name_like_home);
	ADD("bound", test_bound);
	ADD("private-places", test_private_places);
	ADD("a-link-of-the-system", test_a_link_of_the_system);
	ADD("a-mark-of-others", test_a_mark_of_others);
	ADD("sources-of-a-build", test_sources_of_a_build);
	ADD("sources-that-lie", test_sources_that_lie);
	ADD("sources-above-all", test_sources_above_all);
	ADD("needed-comes-last", test_needed_comes_last);
	return g_test_run();
}
