#include <gio/gio.h>
#include <string.h>

#include "inspect/codeparts.h"

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

gssize code_last(const GArray *array, gsize size, guint64 addr)
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
	gssize i = code_last(self->ranges, sizeof(CodeRange), addr);
	const CodeRange *range = i < 0 ? NULL : &g_array_index(self->ranges, CodeRange, i);

	return range && (addr - range->addr) / 4 < range->count ? range : NULL;
}

const CodeRange *code_range_in_file(const Code *self, guint64 offset)
{
	for (guint i = 0; i < self->ranges->len; i++) {
		const CodeRange *range = &g_array_index(self->ranges, CodeRange, i);

		if (offset >= range->offset && offset - range->offset < range->count * 4)
			return range;
	}
	return NULL;
}

const ElfFile *code_file(const Code *self)
{
	return self->file;
}

gboolean code_holds(const Code *self, guint64 addr, const gchar *text)
{
	guint64 offset, left;
	gsize length = strlen(text);

	return elffile_offset(self->file, addr, &offset, &left) && left >= length &&
	       memcmp(elffile_piece(self->file, offset, length), text, length) == 0;
}

guint64 code_entry(const Code *self)
{
	return self->object ? 0 : self->file->header.e_entry;
}

gboolean code_is_object(const Code *self)
{
	return self->object;
}
