#include <string.h>

#include "inspect/codeparts.h"

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

void code_need_symbols(Code *self)
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
	code_need_symbols(self);
	for (gssize i = code_last(self->symbols, sizeof(CodeSymbol), addr); i >= 0; i--) {
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
	code_need_symbols(self);
	for (guint i = 0; i < self->symbols->len; i++) {
		const CodeSymbol *symbol = &g_array_index(self->symbols, CodeSymbol, i);

		if (g_str_equal(symbol->name, name)) {
			*addr = symbol->addr;
			return TRUE;
		}
	}
	return FALSE;
}

gboolean code_is_data(Code *self, guint64 addr)
{
	gssize i;

	code_need_symbols(self);
	i = code_last(self->data, sizeof(Span), addr);
	return i >= 0 && addr < g_array_index(self->data, Span, i).end;
}
