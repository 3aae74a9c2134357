#include "run/library.h"

#include <string.h>

#include "base/error.h"
#include "inspect/elf.h"

/* Where ld.so of Debian's arm64 glibc and musl look (glibc, elf/dl-load.c; musl, ldso/dynlink.c).
 */
static const gchar *const folders[] = {
	"/lib/aarch64-linux-gnu",      "/usr/lib/aarch64-linux-gnu", "/lib", "/usr/lib",
	"/usr/lib/aarch64-linux-musl", "/lib/aarch64-linux-musl",
};

static gboolean is_in_sysroot(const gchar *name, const gchar *sysroot)
{
	for (guint i = 0; i < G_N_ELEMENTS(folders); i++) {
		g_autofree gchar *path = g_build_filename(sysroot, folders[i], name, NULL);

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			return TRUE;
	}
	return FALSE;
}

/* inspect/ says what is wrong with a file; here that is a bad input. */
static gboolean blame_input(GError **error)
{
	if (error && *error) {
		(*error)->domain = A64RIG_ERROR;
		(*error)->code = A64RIG_ERROR_USAGE;
	}
	return FALSE;
}

static gboolean has(const GPtrArray *files, const gchar *path)
{
	for (guint i = 0; i < files->len; i++)
		if (g_str_equal(g_ptr_array_index(files, i), path))
			return TRUE;
	return FALSE;
}

/* What musl's libc is called by those who need it (musl, Alpine's package and Rust's target). */
static gboolean is_musl(const gchar *name)
{
	return g_str_equal(name, "libc.so") || g_str_has_prefix(name, "libc.musl-");
}

gboolean library_is_musl(const gchar *path)
{
	g_auto(GStrv) needed = elf_needed(path, NULL, NULL);

	for (gchar **name = needed; name && *name; name++)
		if (is_musl(*name))
			return TRUE;
	return FALSE;
}

/* Where the file itself says that its libraries lie, from its own folder: wheels have them in
 * NAME.libs. */
static gchar *find_by_runpath(const gchar *file, const gchar *folder, const gchar *name)
{
	static const gchar *const origins[] = {"$ORIGIN/", "${ORIGIN}/"};
	g_auto(GStrv) places = elf_runpath(file);

	for (gchar **place = places; place && *place; place++)
		for (guint i = 0; i < G_N_ELEMENTS(origins); i++) {
			g_autofree gchar *path = NULL;

			if (!g_str_has_prefix(*place, origins[i]))
				continue;
			path = g_build_filename(folder, *place + strlen(origins[i]), name, NULL);
			if (g_file_test(path, G_FILE_TEST_EXISTS))
				return g_canonicalize_filename(path, NULL);
		}
	return NULL;
}

static gchar *find_neighbour(const gchar *file, const gchar *folder, const gchar *name)
{
	g_autofree gchar *beside = g_build_filename(folder, name, NULL);

	return g_file_test(beside, G_FILE_TEST_EXISTS) ? g_steal_pointer(&beside)
						       : find_by_runpath(file, folder, name);
}

/* Appends the neighbours that files[at] needs. */
static gboolean add_needed(GPtrArray *files, guint at, const gchar *sysroot, const gchar *libc,
			   GError **error)
{
	const gchar *file = g_ptr_array_index(files, at);
	g_autofree gchar *folder = g_path_get_dirname(file);
	g_auto(GStrv) needed = elf_needed(file, NULL, error);

	if (!needed)
		return blame_input(error);
	for (gchar **name = needed; *name; name++) {
		g_autofree gchar *found = NULL;

		if (is_musl(*name) && !g_str_equal(libc, "musl")) {
			g_set_error(
				error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
				"%s is for musl, and programs here load it with glibc; take its "
				"build for glibc (its name often ends in -gnu)",
				file);
			return FALSE;
		}
		if (is_in_sysroot(*name, sysroot))
			continue;
		found = find_neighbour(file, folder, *name);
		if (found && has(files, found))
			continue;
		if (!found) {
			g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
				    "%s needs %s, which is neither beside it nor in the sysroot %s",
				    file, *name, sysroot);
			return FALSE;
		}
		if (!elf_check(found, ELF_LIBRARY, error))
			return blame_input(error);
		g_ptr_array_add(files, g_steal_pointer(&found));
	}
	return TRUE;
}

gchar **library_files(const gchar *path, const gchar *sysroot, const gchar *libc, GError **error)
{
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);

	if (!elf_check(path, ELF_LIBRARY, error)) {
		blame_input(error);
		return NULL;
	}
	g_ptr_array_add(files, g_strdup(path));
	for (guint i = 0; i < files->len; i++)
		if (!add_needed(files, i, sysroot, libc, error))
			return NULL;
	g_ptr_array_add(files, NULL);
	return (gchar **)g_ptr_array_free(g_steal_pointer(&files), FALSE);
}

gboolean program_check(const gchar *path, const gchar *sysroot, GError **error)
{
	g_autofree gchar *interpreter = NULL;
	g_auto(GStrv) needed = NULL;

	if (!elf_check(path, ELF_PROGRAM, error))
		return blame_input(error);
	if (!g_file_test(path, G_FILE_TEST_IS_EXECUTABLE)) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "%s is not executable; 'chmod +x' makes it so", path);
		return FALSE;
	}
	needed = elf_needed(path, &interpreter, error);
	if (!needed)
		return blame_input(error);
	if (interpreter) {
		g_autofree gchar *loader = g_build_filename(sysroot, interpreter, NULL);

		if (!g_file_test(loader, G_FILE_TEST_EXISTS)) {
			g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
				    "%s wants the interpreter %s, which is not in the sysroot %s",
				    path, interpreter, sysroot);
			return FALSE;
		}
	}
	for (gchar **name = needed; *name; name++)
		if (!is_in_sysroot(*name, sysroot)) {
			g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
				    "%s needs %s, which is not in the sysroot %s", path, *name,
				    sysroot);
			return FALSE;
		}
	return TRUE;
}
