#include "check/files.h"

#include <ar.h>
#include <elf.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "artefact/unpack.h"
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

/* --- one file --- */

typedef struct {
	Checked *checked;
	const gchar *scratch;
} Search;

static CheckedFile *add(Search *search, const gchar *label, const gchar *kind)
{
	CheckedFile *file = checked_file_new(label, kind);

	g_ptr_array_add(search->checked->files, file);
	return file;
}

/* Not one that is compressed, or thin. */
static gboolean is_static_library(const gchar *path)
{
	gchar magic[SARMAG];
	int file = g_str_has_suffix(path, ".a")
			   ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
			   : -1;
	gboolean is = file >= 0 && read(file, magic, SARMAG) == SARMAG &&
		      memcmp(magic, ARMAG, SARMAG) == 0;

	if (file >= 0)
		close(file);
	return is;
}

/* FALSE where it holds no code for arm64. */
static gboolean add_members(Search *search, const gchar *folder, const gchar *label, gchar **names)
{
	gboolean any = FALSE;

	for (guint i = 0; names[i]; i++) {
		g_autofree gchar *at = g_strdup_printf("%s/%u", folder, i);
		g_autofree gchar *called = g_strconcat(label, ": ", names[i], NULL);
		Elf64_Ehdr header;

		if (!read_header(at, &header))
			continue;
		add(search, called, "object")->at = g_steal_pointer(&at);
		any = TRUE;
	}
	return any;
}

static void add_static_library(Search *search, const gchar *path, const gchar *label)
{
	g_autofree gchar *folder = g_build_filename(search->scratch, "members-XXXXXX", NULL);
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) names = g_mkdtemp(folder) ? unpack_members(path, folder, NULL, &error) : NULL;

	if (names && !add_members(search, folder, label, names))
		search->checked->scan->passed_over++;
	if (!names)
		add(search, label, "object")->reason =
			g_strdup(error ? error->message : "its members cannot be put anywhere");
}

static void add_file(Search *search, const gchar *path, const gchar *label)
{
	const gchar *kind = kind_of(path);
	CheckedFile *file;

	if (!kind && is_static_library(path)) {
		add_static_library(search, path, label);
		return;
	}
	if (!kind) {
		search->checked->scan->passed_over++;
		return;
	}
	file = add(search, label, kind);
	if (g_str_equal(kind, "library"))
		file->python = python_of(label);
	if (file->python)
		file->kind = "module";
}

/* --- all of them --- */

static void add_folder(Search *search, const gchar *path, const gchar *label, guint depth)
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
			add_folder(search, below, called, depth + 1);
		else if (S_ISREG(status.st_mode))
			add_file(search, below, called);
	}
}

/* Not a member of a static library, which is shipped as it is. */
static gboolean is_loose(const CheckedFile *file)
{
	return g_str_equal(file->kind, "object") && !file->at;
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
		linked = linked || !is_loose(g_ptr_array_index(checked->files, i));
	for (guint i = checked->files->len; linked && i-- > 0;)
		if (is_loose(g_ptr_array_index(checked->files, i))) {
			g_ptr_array_remove_index(checked->files, i);
			checked->scan->passed_over++;
		}
}

void files_find(Checked *checked, const gchar *path, const gchar *scratch)
{
	Search search = {checked, scratch};
	g_autofree gchar *base = g_path_get_basename(path);

	if (g_file_test(path, G_FILE_TEST_IS_DIR))
		add_folder(&search, path, "", 0);
	else
		add_file(&search, path, base);
	drop_objects(checked);
	g_ptr_array_sort(checked->files, by_path);
}

gchar *files_path(const gchar *path, const CheckedFile *file)
{
	if (file->at)
		return g_strdup(file->at);
	return g_file_test(path, G_FILE_TEST_IS_DIR) ? g_build_filename(path, file->path, NULL)
						     : g_strdup(path);
}
