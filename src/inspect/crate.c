#include "inspect/crate.h"

#include <string.h>

#define SOURCES "/registry/src/"

enum { INDEX_MAX = 64, VERSION_MAX = 32 };

static const guint8 *find(const guint8 *from, const guint8 *end, const gchar *text)
{
	return memmem(from, (gsize)(end - from), text, strlen(text));
}

/* "INDEX/NAME-VERSION/" at text. */
static gchar *version_at(const guint8 *text, const guint8 *end, const gchar *name)
{
	const guint8 *slash = memchr(text, '/', (gsize)MIN(end - text, INDEX_MAX));
	gsize length = strlen(name);
	const guint8 *version = slash ? slash + 1 + length + 1 : NULL;

	if (!slash || (gsize)(end - slash) <= length + 2 || memcmp(slash + 1, name, length) != 0 ||
	    slash[1 + length] != '-' || !g_ascii_isdigit(*version))
		return NULL;
	end = memchr(version, '/', (gsize)MIN(end - version, VERSION_MAX));
	return end ? g_strndup((const gchar *)version, (gsize)(end - version)) : NULL;
}

static gchar *look(const guint8 *at, const guint8 *end, const gchar *name)
{
	gchar *version = NULL;

	while (!version && (at = find(at, end, SOURCES))) {
		at += strlen(SOURCES);
		version = version_at(at, end, name);
	}
	return version;
}

gchar *crate_version(const ElfFile *elf, const gchar *name)
{
	gchar *version = NULL;

	for (guint i = 0; !version && i < elf->sections->len; i++) {
		const Elf64_Shdr *s = &g_array_index(elf->sections, Elf64_Shdr, i);
		const guint8 *start;

		if (s->sh_type != SHT_PROGBITS || !s->sh_size || !(s->sh_flags & SHF_ALLOC) ||
		    s->sh_flags & (SHF_WRITE | SHF_EXECINSTR))
			continue;
		start = elffile_piece(elf, s->sh_offset, s->sh_size);
		if (start)
			version = look(start, start + s->sh_size, name);
	}
	return version;
}
