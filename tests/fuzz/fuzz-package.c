/*
 * Whatever a word, a sum or a published archive holds, it is taken or refused with a reason, and
 * what is unpacked stays in its folder, in which nothing leads elsewhere. The first byte says what
 * it is.
 */
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "artefact/integrity.h"
#include "artefact/unpack.h"
#include "artefact/word.h"
#include "base/error.h"
#include "base/tree.h"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static void try_word(const gchar *text)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Word) word = word_new(text, &error);
	g_autofree gchar *file = NULL;

	g_assert_true(word || g_error_matches(error, A64RIG_ERROR, A64RIG_ERROR_USAGE));
	g_assert_true(word || g_utf8_validate(error->message, -1, NULL));
	if (!word)
		return;
	g_assert_true(g_ascii_isalnum(*word->spec) || *word->spec == '@');
	g_assert_null(strstr(word->name, "/."));
	file = word_to_file_name(word);
	g_assert_cmpuint(strlen(file), <, 250);
	g_assert_null(strchr(file, '/'));
}

static void try_integrity(const gchar *text)
{
	g_autofree gchar *integrity = integrity_parse(text);
	g_autofree gchar *again = integrity ? integrity_parse(integrity) : NULL;
	g_autofree gchar *name = integrity ? integrity_to_file_name(integrity) : NULL;

	g_assert_cmpstr(integrity, ==, again);
	g_assert_true(!integrity || (strstr(text, integrity) && strlen(name) == 39));
}

static void assert_plain(const gchar *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const gchar *name;

	while ((name = g_dir_read_name(dir))) {
		g_autofree gchar *path = g_build_filename(folder, name, NULL);
		struct stat status;

		g_assert_cmpint(lstat(path, &status), ==, 0);
		if (S_ISDIR(status.st_mode))
			assert_plain(path);
		else
			g_assert_true(S_ISREG(status.st_mode) && !(status.st_mode & 07022));
	}
}

static void try_archive(const gchar *path)
{
	g_autofree gchar *top = g_dir_make_tmp("fuzz-package-XXXXXX", NULL);
	g_autofree gchar *folder = g_build_filename(top, "folder", NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) dir = NULL;
	gboolean fine;

	g_assert_cmpint(mkdir(folder, 0700), ==, 0);
	fine = unpack(path, folder, NULL, &error);
	g_assert_true(fine || g_error_matches(error, A64RIG_ERROR, A64RIG_ERROR_RIG));
	dir = g_dir_open(top, 0, NULL);
	g_assert_cmpstr(g_dir_read_name(dir), ==, "folder");
	g_assert_null(g_dir_read_name(dir));
	assert_plain(folder);
	tree_remove(top);
}

/* Files of holes would take their time. */
static void limit_files(void)
{
	const struct rlimit limit = {1 << 20, 1 << 20};

	signal(SIGXFSZ, SIG_IGN);
	g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
	umask(022);
}

static void try_as_file(const guint8 *data, size_t size)
{
	static int file = -1;
	static gchar *path;

	if (!path) {
		limit_files();
		file = memfd_create("archive", MFD_CLOEXEC);
		path = g_strdup_printf("/proc/self/fd/%d", file);
	}
	g_assert_cmpint(ftruncate(file, 0), ==, 0);
	g_assert_cmpint(pwrite(file, data, size, 0), ==, size);
	try_archive(path);
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autofree gchar *text = size ? g_strndup((const gchar *)data + 1, size - 1) : NULL;

	if (!size)
		return 0;
	if (*data == 'w')
		try_word(text);
	else if (*data == 'i')
		try_integrity(text);
	else
		try_as_file(data + 1, size - 1);
	return 0;
}
