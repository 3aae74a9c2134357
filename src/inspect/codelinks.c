#include <string.h>

#include "inspect/codeparts.h"

/* The loader puts the address into the place. */
static void add_pointed(Code *self, guint64 place, guint64 addr, RootKind kind)
{
	CodeRoot root = {addr, kind};

	if (addr % 4 || !code_range(self, addr))
		return;
	g_array_append_val(self->pointed, root);
	if (kind != ROOT_CHOOSER)
		g_hash_table_replace(self->places, g_memdup2(&place, sizeof(place)),
				     g_memdup2(&addr, sizeof(addr)));
}

/* A place whose content is an address, before the loader has moved it. */
static void add_content(Code *self, guint64 place)
{
	guint64 offset, left, addr;

	if (!elffile_offset(self->file, place, &offset, &left) || left < sizeof(addr))
		return;
	memcpy(&addr, elffile_piece(self->file, offset, sizeof(addr)), sizeof(addr));
	add_pointed(self, place, addr, ROOT_POINTER);
}

const CodeArray code_arrays[CODE_ARRAYS] = {{DT_INIT_ARRAY, DT_INIT_ARRAYSZ},
					    {DT_FINI_ARRAY, DT_FINI_ARRAYSZ},
					    {DT_PREINIT_ARRAY, DT_PREINIT_ARRAYSZ}};

static gboolean is_in_start_array(const Code *self, guint64 place)
{
	for (guint i = 0; i < CODE_ARRAYS; i++)
		if (place >= self->started[i].start && place < self->started[i].end)
			return TRUE;
	return FALSE;
}

static void find_start_arrays(Code *self)
{
	for (guint i = 0; i < CODE_ARRAYS; i++) {
		guint64 array, size;

		if (elffile_dynamic(self->file, code_arrays[i].array, &array) &&
		    elffile_dynamic(self->file, code_arrays[i].size, &size) && array + size > array)
			self->started[i] = (Span){array, array + size};
	}
}

/* The dynamic symbols and their names, as the loader has them. */
typedef struct {
	const guint8 *symbols, *names;
	guint64 symbols_size, names_size;
} Linking;

const guint8 *code_dynamic(const Code *self, gint64 tag, guint64 *size)
{
	guint64 addr, offset;

	if (!elffile_dynamic(self->file, tag, &addr) ||
	    !elffile_offset(self->file, addr, &offset, size))
		return NULL;
	return elffile_piece(self->file, offset, *size);
}

static gboolean linked_symbol(const Linking *linking, guint64 index, Elf64_Sym *symbol)
{
	if (!linking->symbols || index >= linking->symbols_size / sizeof(*symbol))
		return FALSE;
	memcpy(symbol, linking->symbols + index * sizeof(*symbol), sizeof(*symbol));
	return TRUE;
}

/* Longer names are none that are asked for. */
static const gchar *linked_name(const Linking *linking, guint64 offset)
{
	enum { LONGEST = 256 };

	if (!linking->names || offset >= linking->names_size ||
	    !memchr(linking->names + offset, 0, MIN(linking->names_size - offset, LONGEST)))
		return NULL;
	return (const gchar *)linking->names + offset;
}

static void take_import(Code *self, const Elf64_Rela *entry, const Linking *linking)
{
	guint64 index = ELF64_R_SYM(entry->r_info), place = entry->r_offset;
	const gchar *name;
	Elf64_Sym symbol;

	if (!index || !linked_symbol(linking, index, &symbol))
		return;
	if (symbol.st_value && symbol.st_shndx != SHN_UNDEF)
		add_pointed(self, place, symbol.st_value + (guint64)entry->r_addend, ROOT_POINTER);
	name = linked_name(linking, symbol.st_name);
	if (name)
		g_hash_table_replace(self->imports, g_memdup2(&place, sizeof(place)),
				     (gpointer)name);
}

/* What the loader does with it when the file is loaded (Arm, aaelf64, "Dynamic relocations"). */
static void take_relocation(Code *self, const Elf64_Rela *entry, const Linking *linking)
{
	switch (ELF64_R_TYPE(entry->r_info)) {
	case R_AARCH64_RELATIVE:
		add_pointed(self, entry->r_offset, (guint64)entry->r_addend,
			    is_in_start_array(self, entry->r_offset) ? ROOT_START : ROOT_POINTER);
		break;
	case R_AARCH64_IRELATIVE:
		add_pointed(self, entry->r_offset, (guint64)entry->r_addend, ROOT_CHOOSER);
		break;
	default:
		take_import(self, entry, linking);
		break;
	}
}

static void take_relocations(Code *self, gint64 table_tag, gint64 size_tag, const Linking *linking)
{
	guint64 size, left;
	const guint8 *bytes = code_dynamic(self, table_tag, &left);

	if (!bytes || !elffile_dynamic(self->file, size_tag, &size))
		return;
	for (guint64 at = 0; at + sizeof(Elf64_Rela) <= MIN(size, left); at += sizeof(Elf64_Rela)) {
		Elf64_Rela entry;

		memcpy(&entry, bytes + at, sizeof(entry));
		take_relocation(self, &entry, linking);
	}
}

/* The compact form: places whose content the loader adds its base to. An even entry is a place, an
 * odd one a map of the 63 words that follow (System V gABI, "Relative relocation table"). */
static void take_compact(Code *self)
{
	guint64 size, left, place = 0;
	const guint8 *bytes = code_dynamic(self, DT_RELR, &left);

	if (!bytes || !elffile_dynamic(self->file, DT_RELRSZ, &size))
		return;
	for (guint64 at = 0; at + 8 <= MIN(size, left); at += 8) {
		guint64 entry;

		memcpy(&entry, bytes + at, sizeof(entry));
		if (!(entry & 1)) {
			add_content(self, entry);
			place = entry + 8;
			continue;
		}
		for (guint bit = 1; bit < 64; bit++)
			if (entry >> bit & 1)
				add_content(self, place + (guint64)(bit - 1) * 8);
		place += (guint64)63 * 8;
	}
}

/* A static program applies its own, which only sections tell of. */
static void take_static(Code *self)
{
	for (guint i = 0; !self->object && i < self->file->sections->len; i++) {
		const Elf64_Shdr *s = &g_array_index(self->file->sections, Elf64_Shdr, i);

		for (guint64 at = 0; s->sh_type == SHT_RELA && (s->sh_flags & SHF_ALLOC) &&
				     at + sizeof(Elf64_Rela) <= s->sh_size;
		     at += sizeof(Elf64_Rela)) {
			Elf64_Rela entry;

			memcpy(&entry, elffile_piece(self->file, s->sh_offset + at, sizeof(entry)),
			       sizeof(entry));
			take_relocation(self, &entry, &(Linking){0});
		}
	}
}

void code_need_links(Code *self)
{
	Linking linking = {0};

	if (self->imports)
		return;
	self->places = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	self->imports = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	self->pointed = g_array_new(FALSE, FALSE, sizeof(CodeRoot));
	find_start_arrays(self);
	linking.symbols = code_dynamic(self, DT_SYMTAB, &linking.symbols_size);
	linking.names = code_dynamic(self, DT_STRTAB, &linking.names_size);
	take_relocations(self, DT_RELA, DT_RELASZ, &linking);
	take_relocations(self, DT_JMPREL, DT_PLTRELSZ, &linking);
	take_compact(self);
	if (!elffile_segment(self->file, PT_DYNAMIC))
		take_static(self);
}

const gchar *code_import(Code *self, guint64 slot)
{
	code_need_links(self);
	return g_hash_table_lookup(self->imports, &slot);
}

guint64 code_pointed(Code *self, guint64 place)
{
	const guint64 *addr;

	code_need_links(self);
	addr = g_hash_table_lookup(self->places, &place);
	return addr ? *addr : 0;
}
