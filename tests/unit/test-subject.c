/*
 * Subjects: what is refused in one, one made of a library, and that ours load.
 */
#include <string.h>

#include "base/error.h"
#include "model/subject.h"
#include "tree.h"

static void refused(const gchar *text, const gchar *message)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = tree_write(tree, "s.yaml", text, -1);
	g_autoptr(GError) error = NULL;

	g_assert_null(subject_load(path, &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE);
	if (!strstr(error->message, message))
		g_error("%s", error->message);
}

static void test_refused(void)
{
	refused("name: t\ndescription: d\n",
		"s.yaml: it names 't', so its file must be called 't.yaml'");
	refused("name: s\ndescription: d\nexpect: OK\n", "s.yaml: expect: 'OK' is not a verdict");
	refused("name: s\ndescription: d\nlibc: bionic\n",
		"s.yaml: libc: 'bionic' is neither glibc nor musl");
	refused("name: s\ndescription: d\nlibary: x\n",
		"s.yaml:3: unknown key 'libary'; did you mean 'library'?");
	/* That one is not for manifests. */
	refused("name: s\ndescription: d\npath: x\n", "s.yaml:3: unknown key 'path'");
	refused("name: s\ndescription: d\nfile: x\n",
		"an allocator has a library, and neither file nor package");
	refused("name: s\ndescription: d\nkind: addon\nlibrary: x\n",
		"library is an allocator's; other kinds have a file");
	refused("name: s\ndescription: d\nkind: addon\n", "s.yaml: file is missing");
	refused("name: s\ndescription: d\nkind: addon\nfile: a/../../b\n",
		"file must be a path without '..'");
	refused("name: s\ndescription: d\nkind: plugin\nfile: b\n", "plugin");
	refused("name: s\ndescription: d\nkind: addon\nfile: b\npackage: left-pad\n",
		"package must be npm:NAME@VERSION");
	refused("name: s\ndescription: d\nkind: addon\nfile: b\nintegrity: sha512-x\n",
		"integrity is a package's, and there is none");
	refused("name: s\n", "Missing required mapping field: description");
}

static void test_loaded(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = tree_write(
		tree, "s.yaml", "name: s\ndescription: d\nexpect: rig-fault\ntags: [t]\n", -1);
	g_autoptr(GError) error = NULL;
	g_autoptr(Subject) subject = subject_load(path, &error);

	g_assert_no_error(error);
	g_assert_cmpstr(subject_libc(subject), ==, "glibc");
	g_assert_cmpint(subject_expect(subject), ==, VERDICT_RIG_FAULT);
	g_assert_cmpstr(subject->tags[0], ==, "t");
	g_assert_null(subject->path);
	g_assert_cmpint(subject->kind, ==, SUBJECT_ALLOCATOR);
}

static void test_file(void)
{
	g_autoptr(Subject) subject = subject_for_file("build/../libx.so");
	g_autoptr(Subject) addon = subject_for_file("x.linux-arm64-gnu.node");
	g_autofree gchar *here = g_get_current_dir();
	g_autofree gchar *path = g_build_filename(here, "libx.so", NULL);

	g_assert_cmpstr(subject->path, ==, path);
	g_assert_cmpint(subject->kind, ==, SUBJECT_ALLOCATOR);
	g_assert_cmpint(addon->kind, ==, SUBJECT_ADDON);
	g_assert_cmpstr(subject->name, ==, "libx.so");
	g_assert_cmpint(subject_expect(subject), ==, VERDICT_NONE);
	g_assert_cmpstr(subject_libc(subject), ==, "glibc");
}

static void test_package(void)
{
	static const struct {
		const gchar *word, *name, *version;
	} words[] = {
		{"npm:@s/a@1.2.3", "@s/a", "1.2.3"},
		{"npm:a@1.2.3-beta.1", "a", "1.2.3-beta.1"},
		{"npm:@s/a", "@s/a", NULL},
		{"npm:a", "a", NULL},
	};

	for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
		g_autoptr(Subject) subject = subject_for_package(words[i].word);
		g_autofree gchar *name = subject_package_name(subject);

		g_assert_cmpstr(name, ==, words[i].name);
		g_assert_cmpstr(subject->version, ==, words[i].version);
		g_assert_cmpstr(subject->name, ==, words[i].word);
		g_assert_cmpint(subject->kind, ==, SUBJECT_ADDON);
	}
}

static void test_folders(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *rig = tree_folder(tree, "rig");
	g_autofree gchar *own = tree_folder(tree, "own");
	g_autofree gchar *missing = g_build_filename(tree, "missing", NULL);
	const gchar *const folders[] = {rig, missing, own, NULL};
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) subjects = NULL;

	g_free(tree_write(tree, "rig/b.yaml", "name: b\ndescription: the rig's\n", -1));
	g_free(tree_write(tree, "rig/a.yaml", "name: a\ndescription: the rig's\n", -1));
	g_free(tree_write(tree, "rig/.b.yaml", "a backup of an editor's\n", -1));
	g_free(tree_write(tree, "rig/README", "not a manifest\n", -1));
	g_free(tree_write(tree, "own/b.yaml", "name: b\ndescription: the user's\n", -1));
	subjects = subjects_load(folders, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(subjects->len, ==, 2);
	g_assert_cmpstr(((Subject *)g_ptr_array_index(subjects, 0))->name, ==, "a");
	g_assert_cmpstr(((Subject *)g_ptr_array_index(subjects, 1))->description, ==, "the user's");
}

static void test_ours(void)
{
	const gchar *const folders[] = {"cases/subjects", NULL};
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) subjects = subjects_load(folders, &error);

	g_assert_no_error(error);
	g_assert_cmpuint(subjects->len, >=, 8);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/subject/refused", test_refused);
	g_test_add_func("/subject/loaded", test_loaded);
	g_test_add_func("/subject/file", test_file);
	g_test_add_func("/subject/package", test_package);
	g_test_add_func("/subject/folders", test_folders);
	g_test_add_func("/subject/ours", test_ours);
	return g_test_run();
}
