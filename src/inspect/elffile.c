#include "inspect/elffile.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* 64 KiB of them (Linux, fs/binfmt_elf.c, load_elf_phdrs()). */
enum { SEGMENTS = 65536 / sizeof(Elf64_Phdr) };

static gboolean refuse(GError **error, const gchar *path, const gchar *format, ...)
	G_GNUC_PRINTF(3, 4);

static gboolean refuse(GError **error, const gchar *path, const gchar *format, ...)
{
	g_autofree gchar *what = NULL;
	va_list args;

	va_start(args, format);
	what = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s %s", path, what);
	return FALSE;
}

static gboolean refuse_errno(GError **error, const gchar *path, int number)
{
	g_set_error(error, G_IO_ERROR, g_io_error_from_errno(number), "%s cannot be read: %s", path,
		    g_strerror(number));
	return FALSE;
}

/* Without O_NONBLOCK a FIFO would be waited for. */
static GMappedFile *map_file(const gchar *path, GError **error)
{
	GMappedFile *file = NULL;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || fstat(fd, &st) < 0)
		refuse_errno(error, path, errno);
	else if (S_ISDIR(st.st_mode))
		refuse(error, path, "is a folder, not an ELF file");
	else if (!S_ISREG(st.st_mode))
		refuse(error, path, "is not a regular file");
	else if (st.st_size == 0)
		refuse(error, path, "is empty, not an ELF file");
	else
		file = g_mapped_file_new_from_fd(fd, FALSE, error);
	if (fd >= 0)
		close(fd);
	return file;
}

const guint8 *elffile_piece(const ElfFile *elf, guint64 offset, guint64 length)
{
	gsize size = g_mapped_file_get_length(elf->file);

	if (offset > size || length > size - offset)
		return NULL;
	return (const guint8 *)g_mapped_file_get_contents(elf->file) + offset;
}

static gchar *machine_name(guint machine)
{
	static const struct {
		guint machine;
		const gchar *name;
	} names[] = {
		{EM_386, "i386"},        {EM_ARM, "32-bit Arm"},      {EM_X86_64, "x86-64"},
		{EM_RISCV, "RISC-V"},    {EM_PPC64, "64-bit POWER"},  {EM_S390, "s390"},
		{EM_MIPS, "MIPS"},       {EM_LOONGARCH, "LoongArch"}, {EM_PPC, "PowerPC"},
		{EM_AARCH64, "AArch64"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
		if (names[i].machine == machine)
			return g_strdup(names[i].name);
	return g_strdup_printf("another machine (e_machine %u)", machine);
}

static gboolean check_machine(const gchar *path, const Elf64_Ehdr *header, GError **error)
{
	gboolean big = header->e_ident[EI_DATA] == ELFDATA2MSB;
	guint machine = big ? GUINT16_SWAP_LE_BE(header->e_machine) : header->e_machine;
	g_autofree gchar *name = machine_name(machine);

	if (machine != EM_AARCH64)
		return refuse(error, path, "is an ELF file for %s, not for AArch64", name);
	if (big)
		return refuse(error, path, "is a big-endian ELF file, not little-endian AArch64");
	if (header->e_ident[EI_CLASS] != ELFCLASS64)
		return refuse(error, path, "is a 32-bit ELF file, not a 64-bit one");
	return TRUE;
}

static gboolean read_header(ElfFile *elf, const gchar *path, GError **error)
{
	const guint8 *bytes = elffile_piece(elf, 0, SELFMAG);

	if (!bytes || memcmp(bytes, ELFMAG, SELFMAG) != 0)
		return refuse(error, path, "is not an ELF file");
	/* The machine stands at the same place in a 32-bit header, which is shorter. */
	bytes = elffile_piece(elf, 0, sizeof(Elf32_Ehdr));
	if (!bytes)
		return refuse(error, path, "is truncated: it ends in the ELF header");
	memcpy(&elf->header, bytes, sizeof(Elf32_Ehdr));
	if (!check_machine(path, &elf->header, error))
		return FALSE;
	bytes = elffile_piece(elf, 0, sizeof(Elf64_Ehdr));
	if (!bytes)
		return refuse(error, path, "is truncated: it ends in the ELF header");
	memcpy(&elf->header, bytes, sizeof(Elf64_Ehdr));
	if ((elf->header.e_phnum && elf->header.e_phentsize != sizeof(Elf64_Phdr)) ||
	    (elf->header.e_shnum && elf->header.e_shentsize != sizeof(Elf64_Shdr)))
		return refuse(error, path, "is a damaged ELF file: header entries of a wrong size");
	return TRUE;
}

static gboolean copy_table(ElfFile *elf, GArray *to, guint64 offset, guint count)
{
	const guint8 *bytes =
		elffile_piece(elf, offset, (guint64)count * g_array_get_element_size(to));

	if (bytes)
		g_array_append_vals(to, bytes, count);
	return bytes != NULL;
}

static gboolean all_inside(const ElfFile *elf)
{
	for (guint i = 0; i < elf->segments->len; i++) {
		const Elf64_Phdr *s = &g_array_index(elf->segments, Elf64_Phdr, i);

		if (s->p_filesz && !elffile_piece(elf, s->p_offset, s->p_filesz))
			return FALSE;
	}
	for (guint i = 0; i < elf->sections->len; i++) {
		const Elf64_Shdr *s = &g_array_index(elf->sections, Elf64_Shdr, i);

		if (s->sh_type != SHT_NOBITS && s->sh_type != SHT_NULL && s->sh_size &&
		    !elffile_piece(elf, s->sh_offset, s->sh_size))
			return FALSE;
	}
	return TRUE;
}

ElfFile *elffile_open(const gchar *path, GError **error)
{
	g_autoptr(ElfFile) elf = g_new0(ElfFile, 1);

	elf->segments = g_array_new(FALSE, FALSE, sizeof(Elf64_Phdr));
	elf->sections = g_array_new(FALSE, FALSE, sizeof(Elf64_Shdr));
	elf->file = map_file(path, error);
	if (!elf->file || !read_header(elf, path, error))
		return NULL;
	if (elf->header.e_phnum > SEGMENTS) {
		refuse(error, path, "has %u program headers; Linux loads no file with more than %d",
		       elf->header.e_phnum, SEGMENTS);
		return NULL;
	}
	if (!copy_table(elf, elf->segments, elf->header.e_phoff, elf->header.e_phnum) ||
	    !copy_table(elf, elf->sections, elf->header.e_shoff, elf->header.e_shnum) ||
	    !all_inside(elf)) {
		refuse(error, path,
		       "is truncated or damaged: its headers point beyond its %" G_GSIZE_FORMAT
		       " bytes",
		       g_mapped_file_get_length(elf->file));
		return NULL;
	}
	return g_steal_pointer(&elf);
}

void elffile_free(ElfFile *elf)
{
	if (!elf)
		return;
	g_clear_pointer(&elf->file, g_mapped_file_unref);
	g_array_unref(elf->segments);
	g_array_unref(elf->sections);
	g_free(elf);
}

const Elf64_Phdr *elffile_segment(const ElfFile *elf, guint32 type)
{
	for (guint i = 0; i < elf->segments->len; i++) {
		const Elf64_Phdr *s = &g_array_index(elf->segments, Elf64_Phdr, i);

		if (s->p_type == type)
			return s;
	}
	return NULL;
}

gboolean elffile_offset(const ElfFile *elf, guint64 vaddr, guint64 *offset, guint64 *left)
{
	for (guint i = 0; i < elf->segments->len; i++) {
		const Elf64_Phdr *s = &g_array_index(elf->segments, Elf64_Phdr, i);

		if (s->p_type != PT_LOAD || vaddr < s->p_vaddr || vaddr - s->p_vaddr >= s->p_filesz)
			continue;
		*offset = s->p_offset + (vaddr - s->p_vaddr);
		*left = s->p_filesz - (vaddr - s->p_vaddr);
		return TRUE;
	}
	return FALSE;
}

static const gchar *string_in(const ElfFile *elf, guint64 offset, guint64 size)
{
	const guint8 *bytes = elffile_piece(elf, offset, size);

	return bytes && size && memchr(bytes, 0, size) ? (const gchar *)bytes : NULL;
}

const gchar *elffile_string(const ElfFile *elf, guint64 vaddr)
{
	guint64 offset, left;

	return elffile_offset(elf, vaddr, &offset, &left) ? string_in(elf, offset, left) : NULL;
}

const gchar *elffile_interpreter(const ElfFile *elf)
{
	const Elf64_Phdr *s = elffile_segment(elf, PT_INTERP);

	return s ? string_in(elf, s->p_offset, s->p_filesz) : NULL;
}

gboolean elffile_dynamic(const ElfFile *elf, gint64 tag, guint64 *value)
{
	const Elf64_Phdr *s = elffile_segment(elf, PT_DYNAMIC);

	for (guint64 at = 0; s && at + sizeof(Elf64_Dyn) <= s->p_filesz; at += sizeof(Elf64_Dyn)) {
		Elf64_Dyn entry;

		memcpy(&entry, elffile_piece(elf, s->p_offset + at, sizeof(entry)), sizeof(entry));
		if (entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag != tag)
			continue;
		*value = entry.d_un.d_val;
		return TRUE;
	}
	return FALSE;
}
