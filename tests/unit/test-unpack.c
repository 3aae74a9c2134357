/*
 * Words, sums, and archives of hostile makers: what is refused, what is passed over, and that
 * nothing ever gets out of the folder.
 */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/writer.h"
#include "artefact/integrity.h"
#include "artefact/unpack.h"
#include "artefact/word.h"
#include "base/error.h"
#include "tree.h"

static void assert_word(const gchar *text, const gchar *name, const gchar *version)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Word) word = word_new(text, &error);
	g_autofree gchar *spec = g_strconcat(name, "@", version, NULL);
	g_autofree gchar *file = NULL;

	g_assert_no_error(error);
	g_assert_cmpstr(word->name, ==, name);
	g_assert_cmpstr(word->version, ==, version);
	g_assert_cmpstr(word->spec, ==, spec);
	file = word_to_file_name(word);
	g_assert_null(strchr(file, '/'));
}

static void test_words(void)
{
	static const gchar *const wrong[] = {
		"",
		"esbuild@1.0.0",
		"npm:",
		"npm:esbuild",
		"npm:esbuild@",
		"npm:esbuild@latest",
		"npm:esbuild@^1.0.0",
		"npm:esbuild@1.0",
		"npm:esbuild@01.0.0",
		"npm:esbuild@1.0.0-",
		"npm:esbuild@1.0.0 ",
		"npm:esbuild@1.0.0\n",
		"npm:@1.0.0",
		"npm:@s@1.0.0",
		"npm:@s/@1.0.0",
		"npm:@s/../../x@1.0.0",
		"npm:@../x@1.0.0",
		"npm:../x@1.0.0",
		"npm:a/b@1.0.0",
		"npm:.x@1.0.0",
		"npm:~x@1.0.0",
		"npm:--registry@1.0.0",
		"npm:e sbuild@1.0.0",
		"npm:\xff@1.0.0",
		"npm:https://example.com/x.tgz",
		"deb:libc6=2.36",
	};
	g_autofree gchar *endless = g_strnfill(300, '1');
	g_autofree gchar *too_long = g_strconcat("npm:x@1.0.", endless, NULL);

	assert_word("npm:esbuild@0.25.0", "esbuild", "0.25.0");
	assert_word("npm:@node-rs/crc32-linux-arm64-gnu@1.10.7", "@node-rs/crc32-linux-arm64-gnu",
		    "1.10.7");
	assert_word("npm:JSONStream@1.3.5", "JSONStream", "1.3.5");
	assert_word("npm:a.b_c@1.0.0-rc.1+x.y", "a.b_c", "1.0.0-rc.1+x.y");
	g_assert_null(word_new(too_long, NULL));
	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(word_new(wrong[i], &error));
		g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE);
		g_assert_nonnull(strstr(error->message, "write npm:NAME@VERSION"));
		g_assert_true(g_utf8_validate(error->message, -1, NULL));
	}
}

/* Of "hello\n", as sha512sum says. */
#define HELLO                                                                                      \
	"sha512-58IrmUxZ2c8rSOVJseJGZmNgRZMNPafBrLKZ0cO3+TH5Sq5B7dosKyB6NuEP"                      \
	"i8uNRSI+VIePWzFufOO2vAGWKQ=="

static void test_integrity(void)
{
	static const gchar *const wrong[] = {
		"", "sha512-", "sha512-AAAA", "sha1-AAAA", "SHA512-58Irm", HELLO "=", HELLO "?x",
	};
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = tree_write(tree, "hello", "hello\n", -1);
	g_autofree gchar *seen = integrity_of_file(path, NULL);
	g_autofree gchar *several = integrity_parse("sha1-AAAA " HELLO "\n");
	g_autofree gchar *name = integrity_to_file_name(seen);

	g_assert_cmpstr(seen, ==, HELLO);
	g_assert_cmpstr(several, ==, HELLO);
	g_assert_cmpstr(name, ==, "sha512-e7c22b994c59d9cf2b48e549b1e24666");
	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
		g_assert_null(integrity_parse(wrong[i]));
	g_assert_null(integrity_of_file(tree, NULL));
}

/* An archive that is being written, and where it is then unpacked. */
typedef struct {
	Tree *tree;
	gchar *archive, *folder;
	Writer *writer;
} Box;

static void box_open(Box *box)
{
	g_autoptr(GError) error = NULL;

	box->tree = tree_new();
	box->archive = g_build_filename(box->tree, "x.tgz", NULL);
	box->folder = tree_folder(box->tree, "inner/folder");
	box->writer = writer_new(box->archive, WRITER_TAR, &error);
	g_assert_no_error(error);
}

static void box_clear(Box *box)
{
	writer_free(box->writer);
	g_free(box->archive);
	g_free(box->folder);
	tree_free(box->tree);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Box, box_clear)

static void add(const Box *box, const gchar *path, guint mode, const gchar *text)
{
	g_assert_true(writer_file(box->writer, path, mode, text, strlen(text), NULL));
}

static void add_link(const Box *box, EntryKind kind, const gchar *path, const gchar *target)
{
	const Entry entry = {.kind = kind, .path = (gchar *)path, .target = (gchar *)target};

	g_assert_true(writer_entry(box->writer, &entry, NULL));
}

/* The error's message, or NULL. Caller frees. */
static gchar *unpack_box(const Box *box)
{
	g_autoptr(GError) error = NULL;
	gboolean fine;

	g_assert_true(writer_close(box->writer, NULL));
	fine = unpack(box->archive, box->folder, NULL, &error);
	g_assert_true(fine == !error);
	g_assert_true(fine || g_error_matches(error, A64RIG_ERROR, A64RIG_ERROR_RIG));
	return error ? g_strdup(error->message) : NULL;
}

static void assert_unpacked(const Box *box)
{
	g_autofree gchar *said = unpack_box(box);

	g_assert_cmpstr(said, ==, NULL);
}

static void assert_refused(const Box *box, const gchar *why)
{
	g_autofree gchar *said = unpack_box(box);
	g_autoptr(GDir) inner = NULL;
	g_autofree gchar *folder = g_path_get_dirname(box->folder);

	if (!said || !strstr(said, why))
		g_error("%s", said);
	inner = g_dir_open(folder, 0, NULL);
	g_assert_cmpstr(g_dir_read_name(inner), ==, "folder");
	g_assert_null(g_dir_read_name(inner));
}

static void assert_file(const Box *box, const gchar *name, const gchar *wanted, guint mode)
{
	g_autofree gchar *path = g_build_filename(box->folder, name, NULL);
	g_autofree gchar *text = NULL;
	struct stat status;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_assert_cmpstr(text, ==, wanted);
	g_assert_cmpint(lstat(path, &status), ==, 0);
	g_assert_cmpuint(status.st_mode, ==, S_IFREG | mode);
}

static gboolean is_there(const Box *box, const gchar *name)
{
	g_autofree gchar *path = g_build_filename(box->folder, name, NULL);
	struct stat status;

	return !lstat(path, &status);
}

static void test_files(void)
{
	g_auto(Box) box = {0};

	box_open(&box);
	add(&box, "package/package.json", 0600, "{}");
	add(&box, "package/bin/run", 06711, "run");
	add(&box, "other/x", 0666, "other");
	add(&box, "x", 0644, "without a folder");
	add(&box, "./package//./y", 0, "y");
	assert_unpacked(&box);
	assert_file(&box, "package.json", "{}", 0644);
	assert_file(&box, "bin/run", "run", 0755);
	assert_file(&box, "x", "other", 0644);
	assert_file(&box, "y", "y", 0644);
}

static void test_doubles(void)
{
	g_auto(Box) box = {0};

	box_open(&box);
	add(&box, "package/a", 0755, "first and longer");
	add(&box, "package/A", 0644, "capital");
	add(&box, "package/a", 0644, "second");
	assert_unpacked(&box);
	assert_file(&box, "a", "second", 0644);
	assert_file(&box, "A", "capital", 0644);
}

static void test_links(void)
{
	g_auto(Box) box = {0};

	box_open(&box);
	add(&box, "package/lib/a", 0644, "a");
	add_link(&box, ENTRY_SYMLINK, "package/lib/b", "a");
	add_link(&box, ENTRY_SYMLINK, "package/lib/c", "../lib/./a");
	add_link(&box, ENTRY_HARDLINK, "package/d", "package/lib/a");
	add_link(&box, ENTRY_SYMLINK, "package/e", ".");
	add(&box, "package/e/f", 0644, "not through a link");
	assert_unpacked(&box);
	g_assert_false(is_there(&box, "lib/b"));
	g_assert_false(is_there(&box, "lib/c"));
	g_assert_false(is_there(&box, "d"));
	assert_file(&box, "e/f", "not through a link", 0644);
}

static void test_links_out(void)
{
	static const struct {
		EntryKind kind;
		const gchar *path, *target;
	} links[] = {
		{ENTRY_SYMLINK, "package/l", "/etc/passwd"},
		{ENTRY_SYMLINK, "package/l", ".."},
		{ENTRY_SYMLINK, "package/l", "../package/a"},
		{ENTRY_SYMLINK, "package/a/l", "../.."},
		{ENTRY_SYMLINK, "package/a/l", "b/../../../a/c"},
		{ENTRY_SYMLINK, "package", "a"},
		{ENTRY_HARDLINK, "package/l", "/etc/passwd"},
		{ENTRY_HARDLINK, "package/l", "../x"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(links); i++) {
		g_auto(Box) box = {0};

		box_open(&box);
		add_link(&box, links[i].kind, links[i].path, links[i].target);
		add(&box, "package/l/x", 0644, "x");
		assert_refused(&box, links[i].kind == ENTRY_SYMLINK ? "is a link that leads out"
								    : "leads to");
	}
}

static void test_outside(void)
{
	static const gchar *const paths[] = {"/etc/x", "../x", "package/../../x", "package/a/../x"};

	for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
		g_auto(Box) box = {0};

		box_open(&box);
		add(&box, "package/fine", 0644, "fine");
		add(&box, paths[i], 0644, "x");
		assert_refused(&box, "would lie outside");
	}
}

static void test_in_the_way(void)
{
	g_auto(Box) file = {0};
	g_auto(Box) folder = {0};

	box_open(&file);
	add(&file, "package/a", 0644, "a");
	add(&file, "package/a/b", 0644, "b");
	assert_refused(&file, "cannot unpack 'a/b'");
	box_open(&folder);
	add(&folder, "package/a/b", 0644, "b");
	add(&folder, "package/a", 0644, "a");
	assert_refused(&folder, "cannot unpack 'a'");
}

static void test_too_much(void)
{
	const Entry huge = {.kind = ENTRY_FILE,
			    .path = (gchar *)"package/huge",
			    .size = (guint64)UNPACK_BYTES + 1};
	g_autofree gchar *name = g_strnfill(UNPACK_PATH, 'x');
	g_autofree gchar *path = g_strconcat("package/", name, NULL);
	g_auto(Box) large = {0};
	g_auto(Box) longer = {0};

	box_open(&large);
	g_assert_true(writer_entry(large.writer, &huge, NULL));
	assert_refused(&large, "larger than any that is expected");
	box_open(&longer);
	add(&longer, path, 0644, "x");
	assert_refused(&longer, "longer path");
}

static void test_too_many(void)
{
	g_autoptr(GString) deep = g_string_new("package");
	g_auto(Box) entries = {0};
	g_auto(Box) folders = {0};

	box_open(&entries);
	for (guint i = 0; i <= UNPACK_ENTRIES; i++)
		add_link(&entries, ENTRY_SYMLINK, "package/l", "x");
	assert_refused(&entries, "more entries");
	for (guint i = 0; i < 500; i++)
		g_string_append(deep, "/a");
	box_open(&folders);
	for (guint i = 0; i <= UNPACK_PARTS / 500; i++)
		add_link(&folders, ENTRY_SYMLINK, deep->str, "x");
	assert_refused(&folders, "more folders");
}

static void refused_bytes(const gchar *command, const gchar *why)
{
	g_auto(Box) box = {0};
	const gchar *argv[] = {"sh", "-c", command, NULL};
	int status;

	box_open(&box);
	add(&box, "package/a", 0644, "a");
	g_assert_true(writer_close(box.writer, NULL));
	g_assert_true(g_spawn_sync(box.tree, (gchar **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
				   NULL, NULL, &status, NULL));
	g_assert_cmpint(status, ==, 0);
	assert_refused(&box, why);
}

static void test_damaged(void)
{
	refused_bytes("mkdir p && mkfifo p/f && tar -cf x.tgz p",
		      "its entry 'p/f' is neither file, folder nor link");
	refused_bytes("truncate -s 520 x.tgz", "");
	refused_bytes("gzip -c x.tgz | head -c 60 >y && mv y x.tgz", "");
	refused_bytes("printf '<html>not found</html>' >x.tgz", "");
	refused_bytes(": >x.tgz", "");
	refused_bytes("mkdir -p p/q && tar -czf x.tgz p", "there are no files in it");
	refused_bytes("mkdir p && truncate -s 1100M p/a && tar -cSzf x.tgz p",
		      "larger than any that is expected");
}

/* A name that is not ASCII, whatever the locale. */
static void test_names(void)
{
	g_auto(Box) box = {0};
	const gchar *argv[] = {"sh", "-c",
			       "mkdir package && echo x >package/na\xc3\xafve && "
			       "tar --format=pax -czf x.tgz package",
			       NULL};

	box_open(&box);
	g_assert_true(writer_close(box.writer, NULL));
	g_assert_true(g_spawn_sync(box.tree, (gchar **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
				   NULL, NULL, NULL, NULL));
	assert_unpacked(&box);
	assert_file(&box, "na\xc3\xafve", "x\n", 0644);
}

static void test_cancelled(void)
{
	g_autoptr(GCancellable) cancellable = g_cancellable_new();
	g_autoptr(GError) error = NULL;
	g_auto(Box) box = {0};

	box_open(&box);
	add(&box, "package/a", 0644, "a");
	g_assert_true(writer_close(box.writer, NULL));
	g_cancellable_cancel(cancellable);
	g_assert_false(unpack(box.archive, box.folder, cancellable, &error));
	g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	umask(022);
	g_test_add_func("/unpack/words", test_words);
	g_test_add_func("/unpack/integrity", test_integrity);
	g_test_add_func("/unpack/files", test_files);
	g_test_add_func("/unpack/doubles", test_doubles);
	g_test_add_func("/unpack/links", test_links);
	g_test_add_func("/unpack/links-out", test_links_out);
	g_test_add_func("/unpack/outside", test_outside);
	g_test_add_func("/unpack/in-the-way", test_in_the_way);
	g_test_add_func("/unpack/too-much", test_too_much);
	g_test_add_func("/unpack/too-many", test_too_many);
	g_test_add_func("/unpack/damaged", test_damaged);
	g_test_add_func("/unpack/names", test_names);
	g_test_add_func("/unpack/cancelled", test_cancelled);
	return g_test_run();
}
