#include <dwarf.h>
#include <elfutils/libdw.h>
#include <string.h>

#include "inspect/codeparts.h"

static void add_root(const Code *self, GArray *roots, guint64 addr, RootKind kind)
{
	CodeRoot root = {addr, kind};

	if (addr % 4 == 0 && code_range(self, addr))
		g_array_append_val(roots, root);
}

/* An array of functions that the loader calls. Where the file can be loaded anywhere it is filled
 * by relocations; an entry of 0 or -1 is none. */
static void add_array(Code *self, GArray *roots, gint64 array_tag, gint64 size_tag)
{
	guint64 size, left;
	const guint8 *bytes = code_dynamic(self, array_tag, &left);

	if (!bytes || !elffile_dynamic(self->file, size_tag, &size))
		return;
	for (guint64 at = 0; at + 8 <= MIN(size, left); at += 8) {
		guint64 addr;

		memcpy(&addr, bytes + at, sizeof(addr));
		add_root(self, roots, addr, ROOT_START);
	}
}

/* The same array where a static program has it, by its section. */
static void add_array_section(Code *self, GArray *roots, const Elf64_Shdr *section)
{
	for (guint64 at = 0; at + 8 <= section->sh_size; at += 8) {
		const guint8 *piece = elffile_piece(self->file, section->sh_offset + at, 8);
		guint64 addr;

		if (!piece)
			return;
		memcpy(&addr, piece, sizeof(addr));
		add_root(self, roots, addr, ROOT_START);
	}
}

/* Relocations into the arrays name what the loader calls, others are pointers. */
static void add_pointed_roots(Code *self, GArray *roots)
{
	code_need_links(self);
	g_array_append_vals(roots, self->pointed->data, self->pointed->len);
}

static gboolean is_start_array(const Elf64_Shdr *section)
{
	return section->sh_type == SHT_INIT_ARRAY || section->sh_type == SHT_FINI_ARRAY ||
	       section->sh_type == SHT_PREINIT_ARRAY;
}

static void add_starts(Code *self, GArray *roots)
{
	guint64 addr;

	if (!self->object && self->file->header.e_entry)
		add_root(self, roots, self->file->header.e_entry, ROOT_START);
	if (elffile_dynamic(self->file, DT_INIT, &addr))
		add_root(self, roots, addr, ROOT_START);
	if (elffile_dynamic(self->file, DT_FINI, &addr))
		add_root(self, roots, addr, ROOT_START);
	for (guint i = 0; i < CODE_ARRAYS; i++)
		add_array(self, roots, code_arrays[i].array, code_arrays[i].size);
	for (guint i = 0; !self->object && i < self->file->sections->len; i++) {
		const Elf64_Shdr *section = &g_array_index(self->file->sections, Elf64_Shdr, i);

		if (is_start_array(section))
			add_array_section(self, roots, section);
	}
}

/* The strongest kind of a place comes first. */
static gint by_root(gconstpointer a, gconstpointer b)
{
	const CodeRoot *x = a, *y = b;

	if (x->kind != y->kind)
		return (gint)x->kind - (gint)y->kind;
	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* Nobody need call what a program shows to its plug-ins. The loader of a system is a library. */
static gboolean is_program(const Code *self)
{
	return self->file->header.e_type == ET_EXEC || elffile_interpreter(self->file);
}

GArray *code_roots(Code *self)
{
	GArray *roots = g_array_new(FALSE, FALSE, sizeof(CodeRoot));
	guint kept = 0;

	code_need_symbols(self);
	add_starts(self, roots);
	add_pointed_roots(self, roots);
	for (guint i = 0; i < self->symbols->len; i++) {
		const CodeSymbol *symbol = &g_array_index(self->symbols, CodeSymbol, i);

		if (symbol->kind != CODE_LOCAL)
			add_root(self, roots, symbol->addr,
				 symbol->kind == CODE_CHOOSER ? ROOT_CHOOSER
				 : is_program(self)           ? ROOT_POINTER
							      : ROOT_VISIBLE);
	}
	g_array_sort(roots, by_root);
	for (guint i = 0; i < roots->len; i++) {
		CodeRoot root = g_array_index(roots, CodeRoot, i);

		if (!kept || by_root(&root, &g_array_index(roots, CodeRoot, kept - 1)))
			g_array_index(roots, CodeRoot, kept++) = root;
	}
	g_array_set_size(roots, kept);
	return roots;
}

/* --- where functions begin --- */

/* A table of pairs, of a function and of how to unwind it, each 32 bits from the table's own place
 * (Linux Standard Base, "Exception Frame Header"); other encodings, which no linker writes, are
 * passed over. */
static void add_unwound(const Code *self, GArray *starts)
{
	static const guint8 usual[] = {1, 0x1b, 0x03, 0x3b};
	const Elf64_Phdr *s = elffile_segment(self->file, PT_GNU_EH_FRAME);
	const guint8 *bytes = s ? elffile_piece(self->file, s->p_offset, s->p_filesz) : NULL;
	guint32 count;

	if (!bytes || s->p_filesz < 12 || memcmp(bytes, usual, sizeof(usual)) != 0)
		return;
	memcpy(&count, bytes + 8, sizeof(count));
	for (guint64 at = 12; count && at + 8 <= s->p_filesz; at += 8, count--) {
		gint32 distance;
		guint64 addr;

		memcpy(&distance, bytes + at, sizeof(distance));
		addr = s->p_vaddr + (guint64)distance;
		g_array_append_val(starts, addr);
	}
}

static Elf_Scn *section_named(const Code *self, const gchar *name, GElf_Shdr *header)
{
	Elf_Scn *section = NULL;
	size_t names;

	if (!self->elf || elf_getshdrstrndx(self->elf, &names))
		return NULL;
	while ((section = elf_nextscn(self->elf, section)))
		if (gelf_getshdr(section, header) &&
		    g_strcmp0(elf_strptr(self->elf, names, header->sh_name), name) == 0)
			return section;
	return NULL;
}

/* Static programs have no such table: the frames themselves. Their first field is the function's
 * distance from there, 32 bits (DW_EH_PE_pcrel | DW_EH_PE_sdata4), in all that is compiled. */
static void add_frames(const Code *self, GArray *starts)
{
	GElf_Shdr header;
	Elf_Scn *section = section_named(self, ".eh_frame", &header);
	Elf_Data *data = section ? elf_rawdata(section, NULL) : NULL;
	Dwarf_Off at = 0, next;
	Dwarf_CFI_Entry entry;

	while (data && data->d_buf &&
	       dwarf_next_cfi(self->file->header.e_ident, data, true, at, &next, &entry) == 0 &&
	       next > at) {
		const guint8 *field = dwarf_cfi_cie_p(&entry) ? NULL : entry.fde.start;
		gint32 distance;
		guint64 addr;

		at = next;
		if (!field || entry.fde.end < field || entry.fde.end - field < 4)
			continue;
		memcpy(&distance, field, sizeof(distance));
		addr = header.sh_addr + (guint64)(field - (const guint8 *)data->d_buf) +
		       (guint64)distance;
		g_array_append_val(starts, addr);
	}
}

static gint by_number(gconstpointer a, gconstpointer b)
{
	guint64 x = *(const guint64 *)a, y = *(const guint64 *)b;

	return x < y ? -1 : x > y;
}

GArray *code_starts(Code *self)
{
	GArray *starts = g_array_new(FALSE, FALSE, sizeof(guint64));

	code_need_symbols(self);
	for (guint i = 0; i < self->symbols->len; i++)
		g_array_append_val(starts, g_array_index(self->symbols, CodeSymbol, i).addr);
	if (elffile_segment(self->file, PT_GNU_EH_FRAME))
		add_unwound(self, starts);
	else
		add_frames(self, starts);
	g_array_sort(starts, by_number);
	return starts;
}
