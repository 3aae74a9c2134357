#include "inspect/code.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <gelf.h>
#include <gio/gio.h>
#include <string.h>

#include "inspect/elffile.h"

typedef struct {
	guint64 start, end;
} Span;

struct Code {
	ElfFile *file;
	Elf *elf;
	gboolean object;
	GArray *ranges;      /* of CodeRange */
	GArray *symbols;     /* of CodeSymbol, by address; NULL: not read yet */
	GArray *data;        /* of Span, by address; read with the symbols */
	GHashTable *imports; /* guint64 place -> const gchar *name; NULL: not read yet */
	GHashTable *places;  /* guint64 place -> guint64 of code; read with the imports */
	GArray *pointed;     /* of CodeRoot: what relocations point to; read with the imports */
	Span started[3];     /* arrays of what the loader calls */
	GPtrArray *aligned;  /* copies of words that do not lie at a word's place in the file */
};

static void add_range(Code *self, const gchar *section, guint64 addr, guint64 offset, guint64 size)
{
	const guint8 *bytes = elffile_piece(self->file, offset, size);
	CodeRange range = {.section = section, .addr = addr, .offset = offset, .count = size / 4};

	if (!bytes || !range.count || addr % 4 || addr + size < addr)
		return;
	if ((gsize)bytes % 4) {
		gpointer copy = g_memdup2(bytes, range.count * 4);

		g_ptr_array_add(self->aligned, copy);
		bytes = copy;
	}
	range.words = (const guint32 *)(gconstpointer)bytes;
	g_array_append_val(self->ranges, range);
}

static void ranges_of_sections(Code *self)
{
	size_t names;

	if (elf_getshdrstrndx(self->elf, &names))
		return;
	for (guint i = 0; i < self->file->sections->len; i++) {
		const Elf64_Shdr *s = &g_array_index(self->file->sections, Elf64_Shdr, i);
		const gchar *name = elf_strptr(self->elf, names, s->sh_name);

		if (s->sh_type == SHT_PROGBITS && (s->sh_flags & SHF_EXECINSTR) &&
		    !(s->sh_flags & SHF_COMPRESSED))
			add_range(self, name ? name : "", self->object ? s->sh_offset : s->sh_addr,
				  s->sh_offset, s->sh_size);
	}
}

static void ranges_of_segments(Code *self)
{
	for (guint i = 0; i < self->file->segments->len; i++) {
		const Elf64_Phdr *s = &g_array_index(self->file->segments, Elf64_Phdr, i);

		if (s->p_type == PT_LOAD && (s->p_flags & PF_X))
			add_range(self, "", s->p_vaddr, s->p_offset, s->p_filesz);
	}
}

static gint by_range(gconstpointer a, gconstpointer b)
{
	const CodeRange *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* Of two that overlap, which no linker makes, the second is cut. */
static void sort_ranges(Code *self)
{
	guint64 end = 0;
	guint kept = 0;

	g_array_sort(self->ranges, by_range);
	for (guint i = 0; i < self->ranges->len; i++) {
		CodeRange range = g_array_index(self->ranges, CodeRange, i);
		guint64 cut = range.addr < end ? MIN((end - range.addr) / 4, range.count) : 0;

		range.addr += cut * 4;
		range.offset += cut * 4;
		range.words += cut;
		range.count -= cut;
		if (!range.count)
			continue;
		end = range.addr + range.count * 4;
		g_array_index(self->ranges, CodeRange, kept++) = range;
	}
	g_array_set_size(self->ranges, kept);
}

static guint64 code_size(const Code *self)
{
	guint64 size = 0;

	for (guint i = 0; i < self->ranges->len; i++)
		size += g_array_index(self->ranges, CodeRange, i).count * 4;
	return size;
}

Code *code_open(const gchar *path, GError **error)
{
	g_autoptr(Code) self = g_new0(Code, 1);

	self->ranges = g_array_new(FALSE, FALSE, sizeof(CodeRange));
	self->aligned = g_ptr_array_new_with_free_func(g_free);
	self->file = elffile_open(path, error);
	if (!self->file)
		return NULL;
	elf_version(EV_CURRENT);
	self->elf = elf_memory(g_mapped_file_get_contents(self->file->file),
			       g_mapped_file_get_length(self->file->file));
	self->object = self->file->header.e_type == ET_REL;
	if (self->elf)
		ranges_of_sections(self);
	if (!self->ranges->len)
		ranges_of_segments(self);
	if (code_size(self) > g_mapped_file_get_length(self->file->file)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
			    "%s is damaged: its sections of code lie upon each other", path);
		return NULL;
	}
	sort_ranges(self);
	return g_steal_pointer(&self);
}

void code_free(Code *self)
{
	if (!self)
		return;
	elf_end(self->elf);
	elffile_free(self->file);
	g_array_unref(self->ranges);
	g_ptr_array_unref(self->aligned);
	g_clear_pointer(&self->symbols, g_array_unref);
	g_clear_pointer(&self->data, g_array_unref);
	g_clear_pointer(&self->imports, g_hash_table_unref);
	g_clear_pointer(&self->places, g_hash_table_unref);
	g_clear_pointer(&self->pointed, g_array_unref);
	g_free(self);
}

const CodeRange *code_ranges(const Code *self, guint *count)
{
	*count = self->ranges->len;
	return (const CodeRange *)(gconstpointer)self->ranges->data;
}

/* The last element whose address, its first field, is not above; -1: none. */
static gssize last_not_above(const GArray *array, gsize size, guint64 addr)
{
	gsize low = 0, high = array->len;

	while (low < high) {
		gsize middle = low + (high - low) / 2;

		if (*(const guint64 *)(gconstpointer)(array->data + middle * size) <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	return (gssize)low - 1;
}

const CodeRange *code_range(const Code *self, guint64 addr)
{
	gssize i = last_not_above(self->ranges, sizeof(CodeRange), addr);
	const CodeRange *range = i < 0 ? NULL : &g_array_index(self->ranges, CodeRange, i);

	return range && (addr - range->addr) / 4 < range->count ? range : NULL;
}

/* --- symbols --- */

/* Where in the file's places a symbol is. */
static gboolean symbol_place(const Code *self, const GElf_Sym *symbol, guint64 *addr)
{
	*addr = symbol->st_value;
	if (symbol->st_shndx == SHN_UNDEF || symbol->st_shndx >= SHN_LORESERVE)
		return FALSE;
	if (self->object) {
		if (symbol->st_shndx >= self->file->sections->len)
			return FALSE;
		*addr +=
			g_array_index(self->file->sections, Elf64_Shdr, symbol->st_shndx).sh_offset;
	}
	return TRUE;
}

static gboolean is_visible(const GElf_Sym *symbol)
{
	guint bind = GELF_ST_BIND(symbol->st_info), sight = GELF_ST_VISIBILITY(symbol->st_other);

	return (bind == STB_GLOBAL || bind == STB_WEAK || bind == STB_GNU_UNIQUE) &&
	       (sight == STV_DEFAULT || sight == STV_PROTECTED);
}

/* In a linked file only the dynamic symbols are for others. */
static CodeSymbolKind symbol_kind(const Code *self, const GElf_Sym *symbol, gboolean dynamic)
{
	if (GELF_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC)
		return CODE_CHOOSER;
	return is_visible(symbol) && (dynamic || self->object) ? CODE_VISIBLE : CODE_LOCAL;
}

/* A mapping symbol: 'x', 'd', or 0 for any other. */
static gchar mapping(const gchar *name)
{
	return name[0] == '$' && (name[1] == 'x' || name[1] == 'd') && (!name[2] || name[2] == '.')
		       ? name[1]
		       : 0;
}

static void take_symbol(Code *self, GArray *marks, const GElf_Sym *symbol, const gchar *name,
			gboolean dynamic)
{
	guint type = GELF_ST_TYPE(symbol->st_info);
	CodeSymbol found = {.size = symbol->st_size, .name = name};

	if (!name || !symbol_place(self, symbol, &found.addr))
		return;
	if (type == STT_NOTYPE && mapping(name)) {
		CodeSymbol mark = {.addr = found.addr, .size = mapping(name) == 'd'};

		if (code_range(self, mark.addr))
			g_array_append_val(marks, mark);
	} else if ((type == STT_FUNC || type == STT_GNU_IFUNC) && *name &&
		   code_range(self, found.addr)) {
		found.kind = symbol_kind(self, symbol, dynamic);
		g_array_append_val(self->symbols, found);
	}
}

static void take_table(Code *self, GArray *marks, Elf_Scn *section, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	gsize count = data && header->sh_entsize ? data->d_size / sizeof(Elf64_Sym) : 0;

	for (gsize i = 0; i < count && i <= G_MAXINT; i++) {
		GElf_Sym symbol;

		if (gelf_getsym(data, (int)i, &symbol))
			take_symbol(self, marks, &symbol,
				    elf_strptr(self->elf, header->sh_link, symbol.st_name),
				    header->sh_type == SHT_DYNSYM);
	}
}

static gint by_addr(gconstpointer a, gconstpointer b)
{
	const CodeSymbol *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return (gint)x->kind - (gint)y->kind;
}

/* Data lasts until the next mark of the same range. */
static void marks_to_spans(Code *self, GArray *marks)
{
	g_array_sort(marks, by_addr);
	for (guint i = 0; i < marks->len; i++) {
		const CodeSymbol *mark = &g_array_index(marks, CodeSymbol, i);
		const CodeRange *range = code_range(self, mark->addr);
		Span span = {mark->addr, range->addr + range->count * 4};

		if (!mark->size)
			continue;
		if (i + 1 < marks->len)
			span.end = MIN(span.end, g_array_index(marks, CodeSymbol, i + 1).addr);
		g_array_append_val(self->data, span);
	}
}

static void need_symbols(Code *self)
{
	g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(CodeSymbol));
	guint32 types[] = {SHT_SYMTAB, SHT_DYNSYM};
	Elf_Scn *section = NULL;

	if (self->symbols)
		return;
	self->symbols = g_array_new(FALSE, FALSE, sizeof(CodeSymbol));
	self->data = g_array_new(FALSE, FALSE, sizeof(Span));
	/* There is one of each; more would make a small file take much memory. */
	while (self->elf && (section = elf_nextscn(self->elf, section))) {
		GElf_Shdr header;

		if (!gelf_getshdr(section, &header))
			continue;
		for (guint i = 0; i < G_N_ELEMENTS(types); i++)
			if (header.sh_type == types[i]) {
				take_table(self, marks, section, &header);
				types[i] = G_MAXUINT32;
				break;
			}
	}
	g_array_sort(self->symbols, by_addr);
	marks_to_spans(self, marks);
}

const CodeSymbol *code_function(Code *self, guint64 addr)
{
	need_symbols(self);
	for (gssize i = last_not_above(self->symbols, sizeof(CodeSymbol), addr); i >= 0; i--) {
		const CodeSymbol *symbol = &g_array_index(self->symbols, CodeSymbol, i);

		if (addr - symbol->addr < symbol->size || (!symbol->size && addr == symbol->addr))
			return symbol;
		/* Others of the same address may be longer; what begins before does not reach. */
		if (i && g_array_index(self->symbols, CodeSymbol, i - 1).addr != symbol->addr)
			break;
	}
	return NULL;
}

gboolean code_symbol(Code *self, const gchar *name, guint64 *addr)
{
	need_symbols(self);
	for (guint i = 0; i < self->symbols->len; i++) {
		const CodeSymbol *symbol = &g_array_index(self->symbols, CodeSymbol, i);

		if (g_str_equal(symbol->name, name)) {
			*addr = symbol->addr;
			return TRUE;
		}
	}
	return FALSE;
}

const ElfFile *code_file(const Code *self)
{
	return self->file;
}

gboolean code_is_data(Code *self, guint64 addr)
{
	gssize i;

	need_symbols(self);
	i = last_not_above(self->data, sizeof(Span), addr);
	return i >= 0 && addr < g_array_index(self->data, Span, i).end;
}

/* --- relocations --- */

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

static const struct {
	gint64 array, size;
} start_arrays[] = {{DT_INIT_ARRAY, DT_INIT_ARRAYSZ},
		    {DT_FINI_ARRAY, DT_FINI_ARRAYSZ},
		    {DT_PREINIT_ARRAY, DT_PREINIT_ARRAYSZ}};

static gboolean is_in_start_array(const Code *self, guint64 place)
{
	for (guint i = 0; i < G_N_ELEMENTS(start_arrays); i++)
		if (place >= self->started[i].start && place < self->started[i].end)
			return TRUE;
	return FALSE;
}

static void find_start_arrays(Code *self)
{
	for (guint i = 0; i < G_N_ELEMENTS(start_arrays); i++) {
		guint64 array, size;

		if (elffile_dynamic(self->file, start_arrays[i].array, &array) &&
		    elffile_dynamic(self->file, start_arrays[i].size, &size) &&
		    array + size > array)
			self->started[i] = (Span){array, array + size};
	}
}

/* The dynamic symbols and their names, as the loader has them. */
typedef struct {
	const guint8 *symbols, *names;
	guint64 symbols_size, names_size;
} Linking;

/* All of the segment from an address on that a dynamic entry has; NULL where there is none. */
static const guint8 *dynamic_piece(const Code *self, gint64 tag, guint64 *size)
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
	const guint8 *bytes = dynamic_piece(self, table_tag, &left);

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
	const guint8 *bytes = dynamic_piece(self, DT_RELR, &left);

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

static void need_relocations(Code *self)
{
	Linking linking = {0};

	if (self->imports)
		return;
	self->places = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	self->imports = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	self->pointed = g_array_new(FALSE, FALSE, sizeof(CodeRoot));
	find_start_arrays(self);
	linking.symbols = dynamic_piece(self, DT_SYMTAB, &linking.symbols_size);
	linking.names = dynamic_piece(self, DT_STRTAB, &linking.names_size);
	take_relocations(self, DT_RELA, DT_RELASZ, &linking);
	take_relocations(self, DT_JMPREL, DT_PLTRELSZ, &linking);
	take_compact(self);
	if (!elffile_segment(self->file, PT_DYNAMIC))
		take_static(self);
}

const gchar *code_import(Code *self, guint64 slot)
{
	need_relocations(self);
	return g_hash_table_lookup(self->imports, &slot);
}

guint64 code_pointed(Code *self, guint64 place)
{
	const guint64 *addr;

	need_relocations(self);
	addr = g_hash_table_lookup(self->places, &place);
	return addr ? *addr : 0;
}

/* --- roots --- */

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
	const guint8 *bytes = dynamic_piece(self, array_tag, &left);

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
	need_relocations(self);
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
	for (guint i = 0; i < G_N_ELEMENTS(start_arrays); i++)
		add_array(self, roots, start_arrays[i].array, start_arrays[i].size);
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

	need_symbols(self);
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

	need_symbols(self);
	for (guint i = 0; i < self->symbols->len; i++)
		g_array_append_val(starts, g_array_index(self->symbols, CodeSymbol, i).addr);
	if (elffile_segment(self->file, PT_GNU_EH_FRAME))
		add_unwound(self, starts);
	else
		add_frames(self, starts);
	g_array_sort(starts, by_number);
	return starts;
}

/* --- the file as it is loaded --- */

gboolean code_holds(const Code *self, guint64 addr, const gchar *text)
{
	guint64 offset, left;
	gsize length = strlen(text);

	return elffile_offset(self->file, addr, &offset, &left) && left >= length &&
	       memcmp(elffile_piece(self->file, offset, length), text, length) == 0;
}

gboolean code_is_writable(const Code *self, guint64 addr)
{
	for (guint i = 0; i < self->file->segments->len; i++) {
		const Elf64_Phdr *s = &g_array_index(self->file->segments, Elf64_Phdr, i);

		if (s->p_type == PT_LOAD && (s->p_flags & PF_W) && addr >= s->p_vaddr &&
		    addr - s->p_vaddr < s->p_memsz)
			return TRUE;
	}
	return FALSE;
}

guint64 code_entry(const Code *self)
{
	return self->object ? 0 : self->file->header.e_entry;
}

gboolean code_is_object(const Code *self)
{
	return self->object;
}
