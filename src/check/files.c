#include "check/files.h"

#include <elf.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "inspect/elf.h"

static gboolean read_header(const gchar *path, Elf64_Ehdr *header)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	gboolean whole = file >= 0 && read(file, header, sizeof *header) == (gssize)sizeof *header;

	if (file >= 0)
		close(file);
	return whole && memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
	       header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_ident[EI_DATA] == ELFDATA2LSB &&
	       header->e_machine == EM_AARCH64;
}

/* NULL for what is neither code nor sound. */
static const gchar *kind_of(const gchar *path)
{
	Elf64_Ehdr header;

	if (!read_header(path, &header))
		return NULL;
	if (header.e_type == ET_REL)
		return "object";
	if (elf_check(path, ELF_PROGRAM, NULL))
		return "program";
	if (!elf_check(path, ELF_LIBRARY, NULL))
		return NULL;
	return g_str_has_suffix(path, ".node") ? "addon" : "library";
}

/* The names of extension modules that CPython for aarch64-linux-gnu imports, and for which of its
 * versions (PEP 3149; importlib.machinery.EXTENSION_SUFFIXES). One for the stable ABI is for all.
 */
static gchar *python_of(const gchar *name)
{
	static const gchar pattern[] = "\\.(?:cpython-(\\d)(\\d+)-aarch64-linux-gnu|abi3)\\.so$";
	g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	g_autofree gchar *major = NULL, *minor = NULL;

	if (!g_regex_match(regex, name, 0, &match))
		return NULL;
	major = g_match_info_fetch(match, 1);
	minor = g_match_info_fetch(match, 2);
	return *minor ? g_strdup_printf("%s.%s", major, minor) : g_strdup(FILES_PYTHON);
}

static void add_file(Checked *checked, const gchar *path, const gchar *label)
{
	const gchar *kind = kind_of(path);
	CheckedFile *file;

	if (!kind) {
		checked->scan->passed_over++;
		return;
	}
	file = checked_file_new(label, kind);
	if (g_str_equal(kind, "library"))
		file->python = python_of(label);
	if (file->python)
		file->kind = "module";
	g_ptr_array_add(checked->files, file);
}

static void add_folder(Checked *checked, const gchar *path, const gchar *label, guint depth)
{
	g_autoptr(GDir) dir = depth < FILES_DEPTH ? g_dir_open(path, 0, NULL) : NULL;
	const gchar *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree gchar *below = g_build_filename(path, name, NULL);
		g_autofree gchar *called = g_build_filename(label, name, NULL);
		GStatBuf status;

		if (g_lstat(below, &status))
			continue;
		if (S_ISDIR(status.st_mode))
			add_folder(checked, below, called, depth + 1);
		else if (S_ISREG(status.st_mode))
			add_file(checked, below, called);
	}
}

static gboolean is_object(const CheckedFile *file)
{
	return g_str_equal(file->kind, "object");
}

static gint by_path(gconstpointer a, gconstpointer b)
{
	const CheckedFile *x = *(const CheckedFile *const *)a, *y = *(const CheckedFile *const *)b;

	return strcmp(x->path, y->path);
}

/* What a build has left beside what it has made of it. */
static void drop_objects(Checked *checked)
{
	gboolean linked = FALSE;

	for (guint i = 0; i < checked->files->len; i++)
		linked = linked || !is_object(g_ptr_array_index(checked->files, i));
	for (guint i = checked->files->len; linked && i-- > 0;)
		if (is_object(g_ptr_array_index(checked->files, i))) {
			g_ptr_array_remove_index(checked->files, i);
			checked->scan->passed_over++;
		}
}

void files_find(Checked *checked, const gchar *path)
{
	g_autofree gchar *base = g_path_get_basename(path);

	if (g_file_test(path, G_FILE_TEST_IS_DIR))
		add_folder(checked, path, "", 0);
	else
		add_file(checked, path, base);
	drop_objects(checked);
	g_ptr_array_sort(checked->files, by_path);
}

gchar *files_path(const gchar *path, const CheckedFile *file)
{
	return g_file_test(path, G_FILE_TEST_IS_DIR) ? g_build_filename(path, file->path, NULL)
						     : g_strdup(path);
}
