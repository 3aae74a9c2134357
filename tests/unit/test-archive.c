/*
 * Archives: what a hostile one is refused for, that nothing is ever placed outside, and that what
 * was written comes back.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "archive/place.h"
#include "archive/writer.h"
#include "base/error.h"
#include "tree.h"

static const ReaderLimits plenty = {.entries = 100, .bytes = 1 << 20};

/* A tar header as POSIX describes it (ustar); what a writer would refuse to write is wanted here.
 */
static void add_header(GByteArray *tar, gchar type, const gchar *path, const gchar *target,
		       const gchar *size)
{
	gchar block[512] = {0};
	guint sum = 0;

	strncpy(block, path, 100);
	memcpy(block + 100, "0000755", 8);
	memcpy(block + 108, "0000000", 8);
	memcpy(block + 116, "0000000", 8);
	memcpy(block + 124, size, strlen(size));
	memcpy(block + 136, "00000000000", 12);
	memset(block + 148, ' ', 8);
	block[156] = type;
	strncpy(block + 157, target, 100);
	memcpy(block + 257, "ustar\00000", 8);
	for (guint i = 0; i < sizeof block; i++)
		sum += (guchar)block[i];
	g_snprintf(block + 148, 8, "%06o", sum);
	g_byte_array_append(tar, (guint8 *)block, sizeof block);
}

static void add_end(GByteArray *tar)
{
	static const guint8 zeros[1024];

	g_byte_array_append(tar, zeros, sizeof zeros);
}

static gchar *write_tar(const Tree *tree, const GByteArray *tar)
{
	return tree_write(tree, "t.tar", (const gchar *)tar->data, tar->len);
}

/* Reads all there is; the error's message, or NULL. Caller frees. */
static gchar *read_all(const gchar *path, const ReaderLimits *limits)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Reader) reader = reader_new(path, limits, &error);
	const Entry *entry = NULL;
	gchar buffer[777];
	gboolean fine = !!reader;

	while (fine && (fine = reader_next(reader, &entry, &error)) && entry) {
		gssize count = 1;

		while (fine && count > 0) {
			count = reader_read(reader, buffer, sizeof buffer, &error);
			fine = count >= 0;
		}
	}
	g_assert_true(fine == !error);
	return error ? g_strdup(error->message) : NULL;
}

static void refused(gchar type, const gchar *path, const gchar *target, const gchar *size,
		    const gchar *message)
{
	g_autoptr(Tree) tree = tree_new();
	g_autoptr(GByteArray) tar = g_byte_array_new();
	g_autofree gchar *file = NULL;
	g_autofree gchar *said = NULL;

	add_header(tar, type, path, target, size);
	add_end(tar);
	file = write_tar(tree, tar);
	said = read_all(file, &plenty);
	if (!said || !strstr(said, message))
		g_error("'%s': %s", path, said);
}

static void test_outside(void)
{
	refused('0', "/etc/passwd", "", "0", "its entry '/etc/passwd' would lie outside");
	refused('0', "../x", "", "0", "would lie outside");
	refused('0', "a/../../x", "", "0", "would lie outside");
	refused('0', "./a/..", "", "0", "would lie outside");
	refused('5', "a/../", "", "0", "would lie outside");
	refused('1', "a", "/etc/passwd", "0", "its link 'a' leads to '/etc/passwd'");
	refused('1', "a", "../x", "0", "its link 'a' leads to '../x'");
	refused('1', "a", ".", "0", "its link 'a' leads to '.'");
}

static void test_limits(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autoptr(GByteArray) tar = g_byte_array_new();
	g_autofree gchar *file = NULL;
	g_autofree gchar *said = NULL;
	const ReaderLimits few = {.entries = 9, .bytes = 1 << 20};

	refused('0', "a", "", "77777777777", "its files are larger than any that is expected");
	for (guint i = 0; i < 10; i++)
		add_header(tar, '5', "./", "", "0");
	add_end(tar);
	file = write_tar(tree, tar);
	said = read_all(file, &few);
	g_assert_nonnull(strstr(said, "it has more entries than any that is expected"));
	g_free(said);
	said = read_all(file, &plenty);
	g_assert_null(said);
}

static void test_damaged(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autoptr(GByteArray) tar = g_byte_array_new();
	g_autofree gchar *file = NULL;
	g_autofree gchar *said = NULL;

	add_header(tar, '0', "a", "", "0000000010000");
	file = write_tar(tree, tar);
	said = read_all(file, &plenty);
	g_assert_nonnull(strstr(said, "t.tar: "));
	g_free(said);
	said = read_all(tree, &plenty);
	g_assert_nonnull(said);
	refused('0', "a", "", "x", "");
}

static void test_clean(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autoptr(GByteArray) tar = g_byte_array_new();
	g_autofree gchar *file = NULL;
	g_autoptr(Reader) reader = NULL;
	const Entry *entry;

	add_header(tar, '5', "./", "", "0");
	add_header(tar, '0', ".//a/./b", "", "0");
	add_header(tar, '2', "link", "/etc/passwd", "0");
	add_header(tar, '3', "dev", "", "0");
	add_end(tar);
	file = write_tar(tree, tar);
	reader = reader_new(file, &plenty, NULL);
	g_assert_true(reader_next(reader, &entry, NULL));
	g_assert_cmpstr(entry->path, ==, "a/b");
	g_assert_cmpuint(entry->mode, ==, 0755);
	g_assert_true(reader_next(reader, &entry, NULL));
	g_assert_cmpint(entry->kind, ==, ENTRY_SYMLINK);
	g_assert_cmpstr(entry->target, ==, "/etc/passwd");
	g_assert_true(reader_next(reader, &entry, NULL));
	g_assert_cmpint(entry->kind, ==, ENTRY_OTHER);
	g_assert_true(reader_next(reader, &entry, NULL));
	g_assert_null(entry);
}

static void test_written(gconstpointer format)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = g_build_filename(tree, "archive", NULL);
	const Entry folder = {.kind = ENTRY_FOLDER, .path = (gchar *)"d", .mode = 01777};
	const Entry link = {.kind = ENTRY_SYMLINK,
			    .path = (gchar *)"l",
			    .target = (gchar *)"d/f",
			    .mode = 0777};
	const Entry device = {.kind = ENTRY_OTHER, .path = (gchar *)"o"};
	g_autoptr(GError) error = NULL;
	g_autoptr(Writer) writer = writer_new(path, GPOINTER_TO_INT(format), &error);
	g_autoptr(Reader) reader = NULL;
	const Entry *entry;
	gchar buffer[8] = {0};

	g_assert_true(writer_entry(writer, &folder, &error));
	g_assert_true(writer_file(writer, "d/f", 04755, "hello", 5, &error));
	g_assert_true(writer_entry(writer, &link, &error));
	g_assert_false(writer_entry(writer, &device, &error));
	g_clear_error(&error);
	g_assert_true(writer_close(writer, &error));
	reader = reader_new(path, &plenty, &error);
	g_assert_no_error(error);
	g_assert_true(reader_next(reader, &entry, &error));
	g_assert_cmpuint(entry->mode, ==, 01777);
	g_assert_true(reader_next(reader, &entry, &error));
	g_assert_cmpuint(entry->mode, ==, 04755);
	g_assert_cmpint(reader_read(reader, buffer, sizeof buffer, &error), ==, 5);
	g_assert_cmpstr(buffer, ==, "hello");
	g_assert_true(reader_next(reader, &entry, &error));
	g_assert_cmpstr(entry->target, ==, "d/f");
}

static void test_full(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Writer) writer = NULL;
	gboolean fine;

	if (access("/dev/full", W_OK)) {
		g_test_skip("there is no /dev/full");
		return;
	}
	writer = writer_new("/dev/full", WRITER_TAR, &error);
	fine = writer_file(writer, "f", 0644, "hello", 5, &error) && writer_close(writer, &error);
	g_assert_false(fine);
	g_assert_nonnull(strstr(error->message, "cannot write '/dev/full': "));
}

static gchar *link_at(const Tree *tree, const gchar *name)
{
	g_autofree gchar *path = g_build_filename(tree, name, NULL);

	return g_file_read_link(path, NULL);
}

static void assert_link(const Tree *tree, int folder, const gchar *path, const gchar *target,
			const gchar *wanted)
{
	g_autofree gchar *seen = NULL;

	g_assert_true(place_symlink(folder, path, target, NULL));
	seen = link_at(tree, path);
	g_assert_cmpstr(seen, ==, wanted);
}

static void test_links(void)
{
	g_autoptr(Tree) tree = tree_new();
	int folder = open(tree, O_DIRECTORY | O_CLOEXEC);

	assert_link(tree, folder, "usr/lib/a", "/usr/bin/x", "../../usr/bin/x");
	assert_link(tree, folder, "b", "/", ".");
	assert_link(tree, folder, "b", "c", "c");
	close(folder);
}

/* A link that an archive brings is never gone through by what it brings next. */
static void test_through_link(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autoptr(Tree) other = tree_new();
	g_autofree gchar *victim = tree_write(other, "victim", "as it was", -1);
	g_autofree gchar *text = NULL;
	g_autoptr(GError) error = NULL;
	int folder = open(tree, O_DIRECTORY | O_CLOEXEC);
	int file;

	g_assert_cmpint(symlinkat(other, folder, "out"), ==, 0);
	g_assert_cmpint(place_file(folder, "out/victim", 0644, &error), <, 0);
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG);
	g_assert_cmpstr(error->message, ==,
			"cannot unpack 'out/victim': its folder is a link or a file");
	g_assert_false(place_symlink(folder, "out/x", "y", NULL));
	g_assert_false(place_hardlink(folder, "x", "out/victim", NULL));
	g_assert_cmpint(symlinkat(victim, folder, "file"), ==, 0);
	file = place_file(folder, "file", 0644, NULL);
	g_assert_cmpint(write(file, "changed", 7), ==, 7);
	close(file);
	close(folder);
	g_assert_true(g_file_get_contents(victim, &text, NULL, NULL));
	g_assert_cmpstr(text, ==, "as it was");
}

static void test_plain(void)
{
	static const guint8 packed[] = {0x1f, 0x8b, 8,    0,    0,    0,    0, 0, 0,
					3,    0xcb, 0x48, 0xcd, 0xc9, 0xc9, 7, 0, 0x86,
					0xa6, 0x10, 0x36, 5,    0,    0,    0};
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *gz =
		tree_write(tree, "m.ko.gz", (const gchar *)packed, (gssize)sizeof packed);
	g_autofree gchar *plain = tree_write(tree, "m.ko", "hello", -1);
	const gchar *const files[] = {gz, plain};

	for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autoptr(Reader) reader = reader_new_plain(files[i], &plenty, NULL);
		const Entry *entry;
		gchar buffer[8] = {0};

		g_assert_true(reader_next(reader, &entry, NULL));
		g_assert_cmpint(reader_read(reader, buffer, sizeof buffer, NULL), ==, 5);
		g_assert_cmpstr(buffer, ==, "hello");
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/archive/outside", test_outside);
	g_test_add_func("/archive/limits", test_limits);
	g_test_add_func("/archive/damaged", test_damaged);
	g_test_add_func("/archive/clean", test_clean);
	g_test_add_data_func("/archive/tar", GINT_TO_POINTER(WRITER_TAR), test_written);
	g_test_add_data_func("/archive/cpio", GINT_TO_POINTER(WRITER_CPIO), test_written);
	g_test_add_func("/archive/full", test_full);
	g_test_add_func("/archive/links", test_links);
	g_test_add_func("/archive/through-link", test_through_link);
	g_test_add_func("/archive/plain", test_plain);
	return g_test_run();
}
