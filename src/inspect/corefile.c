#include "inspect/corefile.h"

#include <elf.h>
#include <gio/gio.h>
#include <string.h>

/* struct elf_prstatus of AArch64 Linux: pr_cursig, pr_pid and pr_reg. */
#define PRSTATUS_SIGNAL 12
#define PRSTATUS_TID    32
#define PRSTATUS_REGS   112
#define STRING_MAX      4096

/* A piece of the file, or NULL where the file ends before it does. */
static const guint8 *piece(const CoreFile *core, guint64 offset, guint64 length)
{
	gsize size = g_mapped_file_get_length(core->file);

	if (offset > size || length > size - offset)
		return NULL;
	return (const guint8 *)g_mapped_file_get_contents(core->file) + offset;
}

static gboolean not_a_core(GError **error, const gchar *path, const gchar *why)
{
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: %s", path, why);
	return FALSE;
}

static gboolean read_header(CoreFile *core, const gchar *path, Elf64_Ehdr *header, GError **error)
{
	const guint8 *bytes = piece(core, 0, sizeof(*header));

	if (!bytes)
		return not_a_core(error, path, "too short for a core file");
	memcpy(header, bytes, sizeof(*header));
	if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
		return not_a_core(error, path, "not an ELF file, so not a core file");
	if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
	    header->e_machine != EM_AARCH64)
		return not_a_core(error, path, "an ELF file, but not for 64-bit AArch64");
	if (header->e_type != ET_CORE)
		return not_a_core(error, path, "an ELF file, but not a core file");
	if (header->e_phentsize != sizeof(Elf64_Phdr))
		return not_a_core(error, path, "a core file without usable program headers");
	return TRUE;
}

static gboolean has_signal(const CoreFile *core)
{
	return core->threads->len && g_array_index(core->threads, CoreThread, 0).signal;
}

/* The one that died comes first: Linux and early QEMU write it so, and the same signal to all;
 * later QEMU writes them as they began, and the signal to that one alone (elf_core_dump() in
 * linux-user). */
static void add_thread(CoreFile *core, const guint8 *desc, gsize size)
{
	CoreThread thread = {0};
	gint16 number;
	gint32 tid;

	if (size < PRSTATUS_REGS + sizeof(thread.regs))
		return;
	memcpy(&number, desc + PRSTATUS_SIGNAL, sizeof(number));
	memcpy(&tid, desc + PRSTATUS_TID, sizeof(tid));
	memcpy(thread.regs, desc + PRSTATUS_REGS, sizeof(thread.regs));
	thread.signal = number;
	thread.tid = tid;
	if (number && !has_signal(core))
		g_array_prepend_val(core->threads, thread);
	else
		g_array_append_val(core->threads, thread);
}

static void add_auxv(CoreFile *core, const guint8 *desc, gsize size)
{
	for (gsize at = 0; at + sizeof(Elf64_auxv_t) <= size; at += sizeof(Elf64_auxv_t)) {
		Elf64_auxv_t entry;

		memcpy(&entry, desc + at, sizeof(entry));
		if (entry.a_type == AT_NULL)
			break;
		g_hash_table_insert(core->auxv, g_memdup2(&entry.a_type, sizeof(guint64)),
				    g_memdup2(&entry.a_un.a_val, sizeof(guint64)));
	}
}

static void read_notes(CoreFile *core, const Elf64_Phdr *segment)
{
	guint64 at = segment->p_offset, end;

	if (__builtin_add_overflow(segment->p_offset, segment->p_filesz, &end))
		return;
	while (at < end) {
		Elf64_Nhdr note;
		const guint8 *bytes = piece(core, at, sizeof(note)), *desc;
		guint64 desc_at;

		if (!bytes)
			break;
		memcpy(&note, bytes, sizeof(note));
		desc_at = at + sizeof(note) + (((guint64)note.n_namesz + 3) & ~3ULL);
		desc = piece(core, desc_at, note.n_descsz);
		if (!desc)
			break;
		if (note.n_type == NT_PRSTATUS)
			add_thread(core, desc, note.n_descsz);
		else if (note.n_type == NT_AUXV)
			add_auxv(core, desc, note.n_descsz);
		at = desc_at + (((guint64)note.n_descsz + 3) & ~3ULL);
	}
	core->cut |= at < end;
}

static void read_segments(CoreFile *core, const Elf64_Ehdr *header)
{
	for (guint i = 0; i < header->e_phnum; i++) {
		Elf64_Phdr segment;
		const guint8 *bytes =
			piece(core, header->e_phoff + i * sizeof(segment), sizeof(segment));

		if (!bytes) {
			core->cut = TRUE;
			break;
		}
		memcpy(&segment, bytes, sizeof(segment));
		if (segment.p_type == PT_NOTE)
			read_notes(core, &segment);
		if (segment.p_type != PT_LOAD)
			continue;
		core->cut |= !piece(core, segment.p_offset, segment.p_filesz);
		g_array_append_val(core->segments, segment);
	}
}

CoreFile *corefile_open(const gchar *path, GError **error)
{
	g_autoptr(CoreFile) core = g_new0(CoreFile, 1);
	Elf64_Ehdr header;

	core->segments = g_array_new(FALSE, FALSE, sizeof(Elf64_Phdr));
	core->threads = g_array_new(FALSE, FALSE, sizeof(CoreThread));
	core->auxv = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	core->file = g_mapped_file_new(path, FALSE, error);
	if (!core->file || !read_header(core, path, &header, error))
		return NULL;
	read_segments(core, &header);
	if (!core->threads->len) {
		not_a_core(error, path,
			   core->cut ? "the core file ends before its registers"
				     : "a core file without a thread's registers");
		return NULL;
	}
	return g_steal_pointer(&core);
}

void corefile_free(CoreFile *core)
{
	if (!core)
		return;
	g_clear_pointer(&core->file, g_mapped_file_unref);
	g_array_unref(core->segments);
	g_array_unref(core->threads);
	g_hash_table_unref(core->auxv);
	g_free(core);
}

gboolean corefile_auxv(const CoreFile *core, guint64 type, guint64 *value)
{
	const guint64 *found = g_hash_table_lookup(core->auxv, &type);

	if (found)
		*value = *found;
	return found != NULL;
}

/* Where the core holds this address, and how many bytes follow in the same segment. */
static const guint8 *locate(const CoreFile *core, guint64 addr, guint64 *left)
{
	for (guint i = 0; i < core->segments->len; i++) {
		const Elf64_Phdr *s = &g_array_index(core->segments, Elf64_Phdr, i);

		if (addr < s->p_vaddr || addr - s->p_vaddr >= s->p_filesz)
			continue;
		*left = s->p_filesz - (addr - s->p_vaddr);
		return piece(core, s->p_offset + (addr - s->p_vaddr), *left);
	}
	return NULL;
}

gboolean corefile_read(const CoreFile *core, guint64 addr, gpointer to, gsize length)
{
	guint64 left;
	const guint8 *from = locate(core, addr, &left);

	if (!from || left < length)
		return FALSE;
	memcpy(to, from, length);
	return TRUE;
}

gboolean corefile_read_word(const CoreFile *core, guint64 addr, guint64 *word)
{
	guint64 raw;

	if (!corefile_read(core, addr, &raw, sizeof(raw)))
		return FALSE;
	*word = GUINT64_FROM_LE(raw);
	return TRUE;
}

gchar *corefile_read_string(const CoreFile *core, guint64 addr)
{
	guint64 left;
	const guint8 *from = locate(core, addr, &left);
	const guint8 *end = from ? memchr(from, 0, MIN(left, STRING_MAX)) : NULL;

	return end ? g_strndup((const gchar *)from, end - from) : NULL;
}
