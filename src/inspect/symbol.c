#include "inspect/symbol.h"

#include <gelf.h>

typedef struct {
	const char *name;
	GElf_Sym sym;
	GElf_Addr start;
} Candidate;

/* Of several names for one place: the one that others may call, then the plainest. */
static gint rank(const Candidate *c)
{
	gint binding = GELF_ST_BIND(c->sym.st_info);
	gint score = binding == STB_GLOBAL ? 20 : binding == STB_WEAK ? 10 : 0;

	for (const char *at = c->name; *at == '_' && score > -5; at++)
		score--;
	return score;
}

static gboolean holds(const Candidate *c, guint64 addr)
{
	return addr - c->start < c->sym.st_size;
}

static gboolean better(const Candidate *a, const Candidate *b, guint64 addr)
{
	if (!b->name || holds(a, addr) != holds(b, addr))
		return !b->name || holds(a, addr);
	if (a->start != b->start)
		return a->start > b->start;
	return rank(a) > rank(b);
}

/* The section that holds an address of the file, or 0. */
static guint section_at(const ElfFile *elf, guint64 vaddr)
{
	for (guint i = 1; i < elf->sections->len; i++) {
		const Elf64_Shdr *s = &g_array_index(elf->sections, Elf64_Shdr, i);

		if ((s->sh_flags & SHF_ALLOC) && vaddr - s->sh_addr < s->sh_size)
			return i;
	}
	return 0;
}

static gboolean is_function(const Candidate *c)
{
	gint type = GELF_ST_TYPE(c->sym.st_info);

	if (!c->name || !*c->name || *c->name == '$' || c->sym.st_shndx == SHN_UNDEF)
		return FALSE;
	return type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE;
}

gboolean symbol_find(const Module *module, guint64 addr, Symbol *symbol)
{
	Candidate best = {0}, c = {0};
	int count = dwfl_module_getsymtab(module->dwfl);
	guint section = section_at(module->elf, addr - module->bias);

	for (int i = 1; i < count; i++) {
		c.name = dwfl_module_getsym_info(module->dwfl, i, &c.sym, &c.start, NULL, NULL,
						 NULL);
		if (!is_function(&c) || c.start > addr)
			continue;
		if (!holds(&c, addr) && section &&
		    section_at(module->elf, c.start - module->bias) != section)
			continue;
		if (better(&c, &best, addr))
			best = c;
	}
	if (!best.name)
		return FALSE;
	symbol->name = symbol_demangle(best.name);
	symbol->offset = addr - best.start;
	symbol->nearest = !holds(&best, addr);
	return TRUE;
}

gchar *symbol_source(const Module *module, guint64 addr)
{
	Dwfl_Line *line = dwfl_module_getsrc(module->dwfl, addr);
	int number = 0;
	const char *file = line ? dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL) : NULL;

	if (!file || !number)
		return NULL;
	return g_strdup_printf("%s:%d", file, number);
}
