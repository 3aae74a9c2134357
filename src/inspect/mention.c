#include "inspect/mention.h"

#include <string.h>

#include "isa/isa.h"

/* Bytes of code that are looked at, before pc and from there on, and of a table. */
enum { BEFORE = 256, AFTER = 512, TABLE = 64 };

typedef struct {
	const ElfFile *elf;
	const gchar *const *texts;
	gsize count;
	const gchar *found;
} Search;

static const gchar *begins_with(const Search *search, guint64 vaddr)
{
	const gchar *string = vaddr ? elffile_string(search->elf, vaddr) : NULL;

	for (gsize i = 0; string && i < search->count && search->texts[i]; i++)
		if (g_str_has_prefix(string, search->texts[i]))
			return search->texts[i];
	return NULL;
}

/* Pointers of a table stand in the file, or, where it can be loaded anywhere, mostly in relocations
 * (Arm, aaelf64, R_AARCH64_RELATIVE). */
static void look_in_relocations(Search *search, guint64 vaddr)
{
	guint64 table, size, offset, left;
	const guint8 *bytes;

	if (!elffile_dynamic(search->elf, DT_RELA, &table) ||
	    !elffile_dynamic(search->elf, DT_RELASZ, &size) ||
	    !elffile_offset(search->elf, table, &offset, &left) || left < size)
		return;
	bytes = elffile_piece(search->elf, offset, size);
	for (gsize at = 0; bytes && !search->found && at + sizeof(Elf64_Rela) <= size;
	     at += sizeof(Elf64_Rela)) {
		Elf64_Rela entry;

		memcpy(&entry, bytes + at, sizeof(entry));
		if (entry.r_offset >= vaddr && entry.r_offset - vaddr < TABLE &&
		    ELF64_R_TYPE(entry.r_info) == R_AARCH64_RELATIVE)
			search->found = begins_with(search, (guint64)entry.r_addend);
	}
}

static void look_in_words(Search *search, guint64 vaddr)
{
	guint64 offset, left;

	if (!elffile_offset(search->elf, vaddr, &offset, &left))
		return;
	for (guint64 at = 0; !search->found && at + 8 <= MIN(left, TABLE); at += 8) {
		guint64 word;

		memcpy(&word, elffile_piece(search->elf, offset + at, 8), sizeof(word));
		search->found = begins_with(search, GUINT64_FROM_LE(word));
	}
}

static void look_at(Search *search, guint64 vaddr)
{
	search->found = begins_with(search, vaddr);
	if (!search->found)
		look_in_words(search, vaddr);
	if (!search->found)
		look_in_relocations(search, vaddr);
}

static void look_at_code(Search *search, const guint8 *code, gsize size, guint64 at)
{
	guint64 page[32] = {0};

	for (gsize i = 0; !search->found && i + 4 <= size; i += 4) {
		guint32 raw, word, base, number;

		memcpy(&raw, code + i, sizeof(raw));
		word = GUINT32_FROM_LE(raw);
		base = word >> 5 & 31;
		number = word >> 10 & 0xfff;
		if ((word & 0x9f000000) == 0x90000000)
			page[word & 31] = isa_adr_target(word, at + i);
		else if ((word & 0xffc00000) == 0x91000000 && page[base]) /* add, 64 bits */
			look_at(search, page[base] + number);
		else if ((word & 0xffc00000) == 0xf9400000 && page[base]) /* ldr, 64 bits */
			look_at(search, page[base] + (guint64)number * 8);
	}
}

const gchar *mention_find(const ElfFile *elf, guint64 vaddr, const gchar *const *texts, gsize count)
{
	Search search = {.elf = elf, .texts = texts, .count = count};
	guint64 before = MIN(vaddr, BEFORE), offset, left;

	if (!elf || !elffile_offset(elf, vaddr - before, &offset, &left))
		return NULL;
	left = MIN(left, before + AFTER);
	look_at_code(&search, elffile_piece(elf, offset, left), left, vaddr - before);
	return search.found;
}
