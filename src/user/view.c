#include "user/view.h"

#include <glib/gstdio.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ADD(argv, ...) g_strv_builder_add_many(argv, __VA_ARGS__, NULL)

/* Of the root folder these are not the host's. */
static const gchar *const hidden[] = {"/home", "/root",       "/run", "/mnt",  "/media",
				      "/tmp",  "/lost+found", "/dev", "/proc", NULL};

static const gchar *const marks[] = {".git", "CMakeCache.txt", "meson-private", "config.status",
				     "Cargo.toml"};

static gboolean is_below(const gchar *path, const gchar *folder)
{
	gsize length = strlen(folder);

	return g_str_has_prefix(path, folder) && (path[length] == '/' || !path[length]);
}

static void add_private(GPtrArray *places, const gchar *path)
{
	g_autofree gchar *plain =
		path && g_path_is_absolute(path) ? g_canonicalize_filename(path, NULL) : NULL;
	char *real = plain ? realpath(plain, NULL) : NULL;

	if (real && strlen(real) > 1 && g_file_test(real, G_FILE_TEST_IS_DIR))
		g_ptr_array_add(places, g_strdup(real));
	free(real);
}

/* The places that are empty, in the order in which they are mounted. */
static GPtrArray *private_places(void)
{
	GPtrArray *places = g_ptr_array_new_with_free_func(g_free);
	const struct passwd *user = getpwuid(getuid());

	for (guint i = 0; hidden[i]; i++)
		add_private(places, hidden[i]);
	add_private(places, "/var/tmp");
	add_private(places, g_getenv("HOME"));
	add_private(places, user ? user->pw_dir : NULL);
	add_private(places, g_getenv("TMPDIR"));
	return places;
}

/* One of them, or a folder that one of them lies in, whatever links lead there. */
static gboolean is_too_much(const gchar *path, const GPtrArray *places)
{
	char *real = realpath(path, NULL);
	gboolean is = !real || g_str_equal(real, "/");

	for (guint i = 0; i < places->len && !is; i++)
		is = is_below(g_ptr_array_index(places, i), real);
	free(real);
	return is;
}

static gboolean is_private(const gchar *path, const GPtrArray *places)
{
	for (guint i = 0; i < places->len; i++)
		if (is_below(path, g_ptr_array_index(places, i)))
			return TRUE;
	return FALSE;
}

static gboolean is_marked(const gchar *folder)
{
	for (guint i = 0; i < G_N_ELEMENTS(marks); i++) {
		g_autofree gchar *path = g_build_filename(folder, marks[i], NULL);

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			return TRUE;
	}
	return FALSE;
}

/* Others could put such a mark into a folder of theirs, or of all. */
static gboolean is_ours(const gchar *folder)
{
	GStatBuf status;

	return !g_stat(folder, &status) && status.st_uid == getuid() && !(status.st_mode & S_IWOTH);
}

/* The folder itself where there is no work tree around it; NULL where that is too much. */
static gchar *work_tree(const gchar *folder, const GPtrArray *places)
{
	g_autofree gchar *at = g_strdup(folder);
	gchar *top = is_too_much(folder, places) ? NULL : g_strdup(folder);

	while (!is_too_much(at, places) && is_ours(at)) {
		gchar *above = g_path_get_dirname(at);

		if (is_marked(at)) {
			g_free(top);
			top = g_strdup(at);
		}
		g_free(at);
		at = above;
	}
	return top;
}

/* All of the root folder that is not hidden; links as they are: /lib on a merged system, and where
 * /home is one, it leads to a place that is empty. */
static void add_root(GStrvBuilder *argv)
{
	g_autoptr(GDir) dir = g_dir_open("/", 0, NULL);
	const gchar *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree gchar *path = g_strconcat("/", name, NULL);
		g_autofree gchar *target = g_file_read_link(path, NULL);

		if (target)
			ADD(argv, "--symlink", target, path);
		else if (!g_strv_contains(hidden, path) && g_file_test(path, G_FILE_TEST_IS_DIR))
			ADD(argv, "--ro-bind", path, path);
	}
	ADD(argv, "--proc", "/proc", "--dev", "/dev");
}

static void add_private_places(const GPtrArray *places, GStrvBuilder *argv)
{
	for (guint i = 0; i < places->len; i++) {
		const gchar *path = g_ptr_array_index(places, i);
		gboolean shared = g_str_equal(path, "/tmp") || g_str_equal(path, "/var/tmp");

		if (!g_str_equal(path, "/dev") && !g_str_equal(path, "/proc"))
			ADD(argv, "--perms", shared ? "1777" : "0755", "--tmpfs", path);
	}
}

static void add_readable(const gchar *path, GStrvBuilder *argv)
{
	if (path)
		ADD(argv, "--ro-bind", path, path);
}

/* Where the sources of a folder that CMake builds in are, as its cache says. */
static gchar *cmake_sources(const gchar *build)
{
	static const gchar key[] = "\nCMAKE_HOME_DIRECTORY:INTERNAL=";
	g_autofree gchar *path = g_build_filename(build, "CMakeCache.txt", NULL);
	g_autofree gchar *text = NULL;
	const gchar *found;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	found = strstr(text, key);
	found = found ? found + strlen(key) : NULL;
	return found ? g_strndup(found, strcspn(found, "\r\n")) : NULL;
}

static gboolean is_source(const gchar *folder)
{
	g_autofree gchar *list = g_build_filename(folder, "CMakeLists.txt", NULL);

	return is_ours(folder) && g_file_test(list, G_FILE_TEST_EXISTS);
}

/* A cache may come with a tree that somebody else made: it opens no folder but one of sources. */
static void add_sources(const gchar *tree, const GPtrArray *places, GStrvBuilder *argv)
{
	g_autofree gchar *named = tree ? cmake_sources(tree) : NULL;
	char *sources = named && g_path_is_absolute(named) ? realpath(named, NULL) : NULL;

	if (sources && is_source(sources) && !is_too_much(sources, places))
		add_readable(sources, argv);
	free(sources);
}

static void add_program(const gchar *path, const GPtrArray *places, GStrvBuilder *argv)
{
	g_autofree gchar *folder = g_path_get_dirname(path);
	g_autofree gchar *tree = work_tree(folder, places);

	add_sources(tree, places, argv);
	add_readable(tree ? tree : path, argv);
}

/* The path as it is given is opened, too: but a link that is seen anyway leads to the real one, and
 * nothing could be mounted on it. */
static void add_programs(const gchar *path, const GPtrArray *places, GStrvBuilder *argv)
{
	char *real = realpath(path, NULL);
	gboolean is_link = real && !g_str_equal(real, path);

	if (!is_link || is_private(path, places))
		add_program(path, places, argv);
	if (is_link)
		add_program(real, places, argv);
	free(real);
}

/* A hook in there would be run by the user's own git. */
static void add_writable(const gchar *path, GStrvBuilder *argv)
{
	g_autofree gchar *git = g_build_filename(path, ".git", NULL);

	ADD(argv, "--bind", path, path);
	if (g_file_test(git, G_FILE_TEST_EXISTS))
		add_readable(git, argv);
}

void view_add(const View *view, GStrvBuilder *argv)
{
	g_autoptr(GPtrArray) places = private_places();
	g_autofree gchar *tree = work_tree(view->folder, places);

	add_root(argv);
	add_private_places(places, argv);
	add_programs(view->program, places, argv);
	add_sources(tree, places, argv);
	if (tree)
		add_writable(tree, argv);
	for (const gchar *const *path = view->bound; *path; path++)
		ADD(argv, "--bind", *path, *path);
	for (const gchar *const *path = view->needed; *path; path++)
		add_readable(*path, argv);
	ADD(argv, "--chdir", view->folder);
}

gboolean view_keeps_folder(const View *view)
{
	g_autoptr(GPtrArray) places = private_places();
	g_autofree gchar *tree = work_tree(view->folder, places);

	for (const gchar *const *path = view->bound; *path; path++)
		if (is_below(view->folder, *path))
			return TRUE;
	return tree != NULL;
}
