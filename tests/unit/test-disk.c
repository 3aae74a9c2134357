/*
 * Data disks: what lies on them, when they are made again, and what is cleared away.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/error.h"
#include "base/seal.h"
#include "sys/disk.h"
#include "tree.h"

#define FILES(...) ((const gchar *const[]){__VA_ARGS__, NULL})

static Disk *disk_with(const gchar *folder, const gchar *const *files)
{
	g_autoptr(GError) error = NULL;
	Disk *disk = disk_new(folder, files, &error);

	g_assert_no_error(error);
	return disk;
}

/* Its content, below a new folder. Caller frees the path; NULL where it cannot be unpacked. */
static gchar *unpacked(const Tree *tree, const Disk *disk)
{
	g_autofree gchar *tool = g_find_program_in_path("fsck.erofs");
	gchar *folder = g_build_filename(tree, "unpacked", NULL);
	g_autofree gchar *option = g_strconcat("--extract=", folder, NULL);
	g_autofree gchar *said = NULL;
	int status;

	if (!tool)
		return folder;
	said = child_output((const gchar *[]){tool, option, disk->path, NULL}, 60, &status, NULL);
	if (status)
		g_error("%s", said);
	return folder;
}

static void holds(const Disk *disk, const gchar *root, const gchar *file, const gchar *wanted)
{
	g_autofree gchar *path = g_build_filename(root, disk_name(disk, file), NULL);
	g_autofree gchar *text = NULL;
	struct stat status;

	if (!g_file_test(root, G_FILE_TEST_EXISTS))
		return;
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_assert_cmpstr(text, ==, wanted);
	g_assert_cmpint(stat(path, &status), ==, 0);
	g_assert_cmpint(status.st_mode & 0777, ==, 0555);
}

static void test_content(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *disks = g_build_filename(tree, "cache/disks", NULL);
	g_autofree gchar *first = tree_write(tree, "1/lib.so", "one", -1);
	g_autofree gchar *second = tree_write(tree, "2/lib.so", "two", -1);
	g_autofree gchar *same = tree_write(tree, "3/lib.so", "one", -1);
	g_autofree gchar *odd = tree_write(tree, "a=b 'c'\n", "odd", -1);
	g_autofree gchar *empty = tree_write(tree, "empty", "", -1);
	g_autoptr(Disk) disk = disk_with(disks, FILES(first, second, first, same, odd, empty));
	g_autofree gchar *root = unpacked(tree, disk);
	struct stat status;

	g_assert_cmpstr(disk_name(disk, first), ==, disk_name(disk, same));
	g_assert_cmpstr(disk_name(disk, first), !=, disk_name(disk, second));
	g_assert_true(g_str_has_suffix(disk_name(disk, second), "/lib.so"));
	g_assert_null(disk_name(disk, "/no/such"));
	holds(disk, root, first, "one");
	holds(disk, root, second, "two");
	holds(disk, root, odd, "odd");
	holds(disk, root, empty, "");
	g_assert_cmpint(stat(disk->path, &status), ==, 0);
	g_assert_cmpuint(status.st_size, ==, DISK_SIZE);
	g_assert_cmpuint(status.st_blocks, <, 1 << 11);
}

static void test_empty(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autoptr(Disk) disk = disk_with(tree, FILES(NULL));

	g_assert_true(seal_holds(disk->path));
}

static ino_t inode(const gchar *path)
{
	struct stat status;

	g_assert_cmpint(stat(path, &status), ==, 0);
	return status.st_ino;
}

/* What was made is taken again, in whatever order the files are named. */
static void test_kept(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *disks = tree_folder(tree, "disks");
	g_autofree gchar *a = tree_write(tree, "a", "a", -1);
	g_autofree gchar *b = tree_write(tree, "b", "b", -1);
	g_autoptr(Disk) first = disk_with(disks, FILES(a, b));
	ino_t made = inode(first->path);
	g_autoptr(Disk) again = disk_with(disks, FILES(b, a, b));

	g_assert_cmpstr(first->path, ==, again->path);
	g_assert_cmpuint(inode(again->path), ==, made);
}

static void test_changed(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *disks = tree_folder(tree, "disks");
	g_autofree gchar *file = tree_write(tree, "file", "one", -1);
	g_autofree gchar *other = tree_write(tree, "other", "one", -1);
	g_autoptr(Disk) before = disk_with(disks, FILES(file));
	g_autoptr(Disk) renamed = disk_with(disks, FILES(other));
	g_autoptr(Disk) after = NULL;
	g_autofree gchar *root = NULL;

	g_assert_true(g_file_set_contents(file, "two", -1, NULL));
	after = disk_with(disks, FILES(file));
	g_assert_cmpstr(before->path, !=, after->path);
	g_assert_cmpstr(before->path, !=, renamed->path);
	root = unpacked(tree, after);
	holds(after, root, file, "two");
}

static gchar *start_of(const Disk *disk)
{
	int file = open(disk->path, O_RDONLY | O_CLOEXEC);
	g_autofree gchar *bytes = g_malloc0(65536);
	gchar *sum;

	g_assert_cmpint(pread(file, bytes, 65536, 0), ==, 65536);
	close(file);
	sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (guchar *)bytes, 65536);
	return sum;
}

/* Rigs that make the same one at once must not spoil each other's. */
static void test_same_bytes(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *here = tree_folder(tree, "here");
	g_autofree gchar *there = tree_folder(tree, "there");
	g_autofree gchar *a = tree_write(tree, "1/a", "a", -1);
	g_autofree gchar *b = tree_write(tree, "1/b", "b", -1);
	g_autofree gchar *copy = tree_write(tree, "2/a", "a", -1);
	g_autoptr(Disk) first = disk_with(here, FILES(a, b));
	g_autoptr(Disk) second = disk_with(there, FILES(b, copy));
	g_autofree gchar *bytes = start_of(first);
	g_autofree gchar *others = start_of(second);

	g_assert_cmpstr(bytes, ==, others);
}

static void damage_byte(const gchar *path)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);

	g_assert_cmpint(pwrite(file, "\377", 1, 1100), ==, 1);
	close(file);
}

static void cut_off(const gchar *path)
{
	g_assert_cmpint(truncate(path, 65536), ==, 0);
}

static void remove_seal(const gchar *path)
{
	g_autofree gchar *seal = g_strconcat(path, ".seal", NULL);

	g_assert_cmpint(unlink(seal), ==, 0);
}

static void remove_disk(const gchar *path)
{
	g_assert_cmpint(unlink(path), ==, 0);
}

static void test_damaged(void)
{
	static void (*const damages[])(const gchar *) = {damage_byte, cut_off, remove_seal,
							 remove_disk};
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *disks = tree_folder(tree, "disks");
	g_autofree gchar *file = tree_write(tree, "file", "content", -1);
	g_autoptr(Disk) whole = disk_with(disks, FILES(file));
	g_autofree gchar *bytes = start_of(whole);

	for (guint i = 0; i < G_N_ELEMENTS(damages); i++) {
		g_autoptr(Disk) again = NULL;
		g_autofree gchar *now = NULL;
		struct stat status;

		damages[i](whole->path);
		again = disk_with(disks, FILES(file));
		now = start_of(again);
		g_assert_cmpstr(bytes, ==, now);
		g_assert_true(seal_holds(again->path));
		g_assert_cmpint(stat(again->path, &status), ==, 0);
		g_assert_cmpuint(status.st_size, ==, DISK_SIZE);
	}
}

static void refused(const Tree *tree, const gchar *file, const gchar *message)
{
	g_autofree gchar *good = tree_write(tree, "good", "good", -1);
	g_autofree gchar *disks = tree_folder(tree, "disks");
	g_autoptr(GError) error = NULL;

	g_assert_null(disk_new(disks, FILES(good, file), &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE);
	g_assert_nonnull(strstr(error->message, file));
	g_assert_nonnull(strstr(error->message, message));
	g_assert_cmpint(rmdir(disks), ==, 0);
}

static void test_refused(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *large = tree_write(tree, "large", "", -1);
	g_autofree gchar *folder = tree_folder(tree, "folder");

	g_assert_cmpint(truncate(large, (off_t)DISK_SIZE), ==, 0);
	refused(tree, "/no/such/file", "No such file");
	refused(tree, folder, "");
	refused(tree, large, "does not fit");
}

static void age(const gchar *path, guint days)
{
	const gint64 then = g_get_real_time() / G_USEC_PER_SEC - (gint64)days * 86400;
	const struct timespec times[] = {{.tv_sec = then}, {.tv_sec = then}};

	g_assert_cmpint(utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW), ==, 0);
}

/* Of a rig that makes one right now, and of one that was killed; old disks, and those in use. */
static void test_leftovers(void)
{
	static const struct {
		const gchar *name;
		guint days;
		gboolean stays;
	} entries[] = {{".making-busy", 0, TRUE},
		       {".making-dead", 2, FALSE},
		       {"0123456789abcdef", 2, TRUE},
		       {"0123456789abcdef.seal", 2, TRUE},
		       {"fedcba9876543210", 31, FALSE}};
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *disks = tree_folder(tree, "disks");

	for (guint i = 0; i < G_N_ELEMENTS(entries); i++) {
		g_autofree gchar *path = g_build_filename(disks, entries[i].name, NULL);

		if (*entries[i].name == '.') {
			g_autofree gchar *inner = g_build_filename(path, "tree", NULL);

			g_free(tree_write(inner, "file", "x", 1));
		} else {
			g_assert_true(g_file_set_contents(path, "x", 1, NULL));
		}
		age(path, entries[i].days);
	}
	disk_free(disk_with(disks, FILES(NULL)));
	for (guint i = 0; i < G_N_ELEMENTS(entries); i++) {
		g_autofree gchar *path = g_build_filename(disks, entries[i].name, NULL);

		g_test_message("%s", entries[i].name);
		g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS) == entries[i].stays);
	}
}

static guint entries_of(const gchar *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	guint count = 0;

	while (g_dir_read_name(dir))
		count++;
	return count;
}

/* A disk and its seal remain, whoever was the last. */
static void test_at_once(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *disks = tree_folder(tree, "disks");
	g_autofree gchar *file = tree_write(tree, "file", "content", -1);
	pid_t pids[4];

	for (guint i = 0; i < G_N_ELEMENTS(pids); i++) {
		pids[i] = fork();
		if (!pids[i]) {
			disk_free(disk_with(disks, FILES(file)));
			_exit(0);
		}
	}
	for (guint i = 0; i < G_N_ELEMENTS(pids); i++) {
		int status;

		g_assert_cmpint(waitpid(pids[i], &status, 0), ==, pids[i]);
		g_assert_cmpint(status, ==, 0);
	}
	g_assert_cmpuint(entries_of(disks), ==, 2);
}

static void test_no_maker(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *disks = tree_folder(tree, "disks");
	g_autofree gchar *file = tree_write(tree, "file", "content", -1);
	g_autofree gchar *path = g_strdup(g_getenv("PATH"));
	g_autoptr(GError) error = NULL;

	g_setenv("PATH", tree, TRUE);
	g_assert_null(disk_new(disks, FILES(file), &error));
	g_setenv("PATH", path, TRUE);
	g_assert_cmpint(error_exit_status(error), ==, EXIT_RIG_FAULT);
	g_assert_nonnull(strstr(error->message, "mkfs.erofs"));
	g_assert_cmpuint(entries_of(disks), ==, 0);
}

static void test_unwritable(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *file = tree_write(tree, "file", "content", -1);
	g_autoptr(GError) error = NULL;

	g_assert_null(disk_new(file, FILES(file), &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG);
	g_assert_nonnull(strstr(error->message, file));
}

/* Those that make disks are skipped where that cannot be done. */
static void add(const gchar *name, GTestFunc function)
{
	g_autofree gchar *maker = g_find_program_in_path("mkfs.erofs");

	if (maker)
		g_test_add_func(name, function);
}

static void test_maker(void)
{
	g_autofree gchar *maker = g_find_program_in_path("mkfs.erofs");

	if (!maker)
		g_test_skip("no disk can be made without mkfs.erofs (erofs-utils)");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/disk/maker", test_maker);
	add("/disk/content", test_content);
	add("/disk/empty", test_empty);
	add("/disk/kept", test_kept);
	add("/disk/changed", test_changed);
	add("/disk/same-bytes", test_same_bytes);
	add("/disk/damaged", test_damaged);
	add("/disk/leftovers", test_leftovers);
	add("/disk/at-once", test_at_once);
	g_test_add_func("/disk/refused", test_refused);
	g_test_add_func("/disk/no-maker", test_no_maker);
	g_test_add_func("/disk/unwritable", test_unwritable);
	return g_test_run();
}
