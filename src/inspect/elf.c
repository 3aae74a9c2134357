#include "inspect/elf.h"

#include <gio/gio.h>
#include <string.h>

#include "inspect/elffile.h"

/* A position-independent executable is a shared object by type. Linkers mark it; older ones did
 * not, there it is told by having an interpreter and no name (libc.so.6 has both). */
static gboolean is_program(const ElfFile *elf)
{
	guint64 flags = 0, name;

	if (elf->header.e_type == ET_EXEC)
		return TRUE;
	elffile_dynamic(elf, DT_FLAGS_1, &flags);
	if (flags & DF_1_PIE)
		return TRUE;
	return elffile_segment(elf, PT_INTERP) && !elffile_dynamic(elf, DT_SONAME, &name);
}

static const gchar *describe(const ElfFile *elf)
{
	switch (elf->header.e_type) {
	case ET_REL:
		return "an object file that is not linked yet";
	case ET_CORE:
		return "a core file";
	case ET_EXEC:
	case ET_DYN:
		return is_program(elf) ? "a program" : "a shared library";
	default:
		return "an ELF file of an unknown type";
	}
}

gboolean elf_check(const gchar *path, ElfKind kind, GError **error)
{
	g_autoptr(ElfFile) elf = elffile_open(path, error);
	const gchar *want = kind == ELF_PROGRAM ? "a program" : "a shared library";
	const gchar *is;

	if (!elf)
		return FALSE;
	is = describe(elf);
	if (!g_str_equal(is, want)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s is %s, not %s", path,
			    is, want);
		return FALSE;
	}
	if (!elffile_segment(elf, PT_LOAD)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
			    "%s has no segment to load, so it is no usable %s", path,
			    kind == ELF_PROGRAM ? "program" : "shared library");
		return FALSE;
	}
	return TRUE;
}

static gboolean add_needed(const ElfFile *elf, GPtrArray *names)
{
	const Elf64_Phdr *s = elffile_segment(elf, PT_DYNAMIC);
	guint64 strings, address;

	if (!s || !elffile_dynamic(elf, DT_STRTAB, &strings))
		return TRUE;
	for (guint64 at = 0; at + sizeof(Elf64_Dyn) <= s->p_filesz; at += sizeof(Elf64_Dyn)) {
		Elf64_Dyn entry;
		const gchar *name;

		memcpy(&entry, elffile_piece(elf, s->p_offset + at, sizeof(entry)), sizeof(entry));
		if (entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag != DT_NEEDED)
			continue;
		name = __builtin_add_overflow(strings, entry.d_un.d_val, &address)
			       ? NULL
			       : elffile_string(elf, address);
		if (!name)
			return FALSE;
		g_ptr_array_add(names, g_strdup(name));
	}
	return TRUE;
}

gchar **elf_runpath(const gchar *path)
{
	g_autoptr(ElfFile) elf = elffile_open(path, NULL);
	guint64 strings, value, address;
	const gchar *text = NULL;

	if (!elf)
		return NULL;
	if (elffile_dynamic(elf, DT_STRTAB, &strings) &&
	    (elffile_dynamic(elf, DT_RUNPATH, &value) || elffile_dynamic(elf, DT_RPATH, &value)) &&
	    !__builtin_add_overflow(strings, value, &address))
		text = elffile_string(elf, address);
	return g_strsplit(text ? text : "", ":", -1);
}

gchar **elf_needed(const gchar *path, gchar **interpreter, GError **error)
{
	g_autoptr(ElfFile) elf = elffile_open(path, error);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

	if (!elf)
		return NULL;
	if (!add_needed(elf, names)) {
		g_set_error(
			error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
			"%s is a damaged ELF file: the name of a needed library lies outside it",
			path);
		return NULL;
	}
	if (interpreter)
		*interpreter = g_strdup(elffile_interpreter(elf));
	g_ptr_array_add(names, NULL);
	return (gchar **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}
