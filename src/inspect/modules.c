#include "inspect/modules.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>

#include "inspect/elffile.h"
#include "inspect/guestpath.h"

/* More files than any real program loads; a link map may be damaged, or a ring. */
#define MODULES_MAX 4096

/* Separate debug files, below the same map. Never from elsewhere: elfutils' own search would look
 * at this host's files and, where it is set up for that, on the network. */
static int find_debuginfo(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
			  const char *file, const char *debuglink, GElf_Word crc, char **found);

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = find_debuginfo,
};

static void module_free(gpointer data)
{
	Module *module = data;

	g_clear_pointer(&module->elf, elffile_free);
	g_free(module->guest);
	g_free(module->host);
	g_free(module);
}

static gchar *debug_path(Dwfl_Module *module)
{
	const unsigned char *bits;
	GElf_Addr addr;
	int length = dwfl_module_build_id(module, &bits, &addr);
	GString *path;

	if (length < 2)
		return NULL;
	path = g_string_new("/usr/lib/debug/.build-id/");
	for (int i = 0; i < length; i++)
		g_string_append_printf(path, i == 1 ? "/%02x" : "%02x", bits[i]);
	g_string_append(path, ".debug");
	return g_string_free(path, FALSE);
}

static int find_debuginfo(Dwfl_Module *module, void **userdata, const char *name G_GNUC_UNUSED,
			  Dwarf_Addr base G_GNUC_UNUSED, const char *file G_GNUC_UNUSED,
			  const char *debuglink G_GNUC_UNUSED, GElf_Word crc G_GNUC_UNUSED,
			  char **found)
{
	const PathMap *map = *userdata;
	g_autofree gchar *guest = map ? debug_path(module) : NULL;
	g_autofree gchar *host = guest ? guestpath_find(map, guest) : NULL;

	if (!host)
		return -1;
	*found = strdup(host);
	return open(host, O_RDONLY | O_CLOEXEC);
}

/* The file may have been replaced since: its dynamic section must lie where the program had it. */
static gboolean is_the_loaded_file(const Module *module, guint64 dynamic)
{
	const Elf64_Phdr *s = elffile_segment(module->elf, PT_DYNAMIC);

	return !dynamic || (s && module->bias + s->p_vaddr == dynamic);
}

/* Takes guest and host. dynamic: where the program had the file's dynamic section, 0 unknown. A
 * file that cannot be used keeps its name, for the notes. */
static Module *add_module(Modules *modules, gchar *guest, gchar *host, guint64 bias,
			  guint64 dynamic)
{
	Module *module = g_new0(Module, 1);
	void **userdata;

	module->guest = guest;
	module->host = host;
	module->bias = bias;
	g_ptr_array_add(modules->modules, module);
	module->elf = host ? elffile_open(host, NULL) : NULL;
	if (module->elf && is_the_loaded_file(module, dynamic))
		module->dwfl = dwfl_report_elf(modules->dwfl, guest, host, -1, bias, true);
	if (!module->dwfl) {
		g_clear_pointer(&module->elf, elffile_free);
		g_clear_pointer(&module->host, g_free);
		return module;
	}
	dwfl_module_info(module->dwfl, &userdata, NULL, NULL, NULL, NULL, NULL, NULL);
	*userdata = (void *)modules->map;
	return module;
}

static gboolean has_bias(const Modules *modules, guint64 bias)
{
	for (guint i = 0; i < modules->modules->len; i++)
		if (((Module *)modules->modules->pdata[i])->bias == bias)
			return TRUE;
	return FALSE;
}

/* A name in a link map may lie in read-only data, which is not in the core: the interpreter's is
 * the program's own PT_INTERP. */
static gchar *read_name(const Modules *modules, guint64 addr)
{
	gchar *name = corefile_read_string(modules->core, addr);
	const Module *module = name ? NULL : modules_at(modules, addr);
	const gchar *in_file = module ? elffile_string(module->elf, addr - module->bias) : NULL;

	return name ? name : g_strdup(in_file);
}

static void add_guest(Modules *modules, gchar *guest, guint64 bias, guint64 dynamic)
{
	add_module(modules, guest, guestpath_find(modules->map, guest), bias, dynamic);
}

/* The address of the dynamic linker's first struct link_map, by way of DT_DEBUG. */
static gboolean link_map_start(const Modules *modules, guint64 *start)
{
	const Module *program = modules->modules->pdata[0];
	const Elf64_Phdr *dynamic = elffile_segment(program->elf, PT_DYNAMIC);
	guint64 debug = 0;

	for (guint64 at = 0; dynamic && at < dynamic->p_memsz; at += sizeof(Elf64_Dyn)) {
		guint64 entry = program->bias + dynamic->p_vaddr + at, tag;

		if (!corefile_read_word(modules->core, entry, &tag) || tag == DT_NULL)
			break;
		if (tag == DT_DEBUG)
			return corefile_read_word(modules->core, entry + 8, &debug) && debug &&
			       corefile_read_word(modules->core, debug + 8, start);
	}
	return FALSE;
}

/* struct link_map: l_addr, l_name, l_ld, l_next. The first is the program itself. */
static void follow_link_map(Modules *modules)
{
	guint64 map, bias, name, dynamic;
	gboolean more =
		link_map_start(modules, &map) && corefile_read_word(modules->core, map + 24, &map);

	for (guint steps = 0; more && map && steps < MODULES_MAX; steps++) {
		g_autofree gchar *guest = NULL;

		if (!corefile_read_word(modules->core, map, &bias) ||
		    !corefile_read_word(modules->core, map + 8, &name) ||
		    !corefile_read_word(modules->core, map + 16, &dynamic))
			break;
		guest = read_name(modules, name);
		if (guest && *guest && !has_bias(modules, bias))
			add_guest(modules, g_steal_pointer(&guest), bias, dynamic);
		more = corefile_read_word(modules->core, map + 24, &map);
	}
}

/* The interpreter may die before there is a link map. */
static void add_interpreter(Modules *modules)
{
	const Module *program = modules->modules->pdata[0];
	const gchar *guest = elffile_interpreter(program->elf);
	guint64 base;

	if (guest && corefile_auxv(modules->core, AT_BASE, &base) && !has_bias(modules, base))
		add_guest(modules, g_strdup(guest), base, 0);
}

/* Only a program with these program headers, moved by whole pages, can have left this core. */
static gboolean is_the_program(const CoreFile *core, const ElfFile *elf, guint64 bias)
{
	guint64 count = elf->header.e_phnum;

	corefile_auxv(core, AT_PHNUM, &count);
	if (count != elf->header.e_phnum || bias & 0xfff)
		return FALSE;
	return elf->header.e_type == ET_DYN || !bias;
}

static gboolean add_program(Modules *modules, const gchar *program, GError **error)
{
	g_autoptr(ElfFile) elf = elffile_open(program, error);
	guint64 entry, name, bias = 0;
	gchar *guest = NULL;

	if (!elf)
		return FALSE;
	if (corefile_auxv(modules->core, AT_ENTRY, &entry))
		bias = entry - elf->header.e_entry;
	if (!is_the_program(modules->core, elf, bias)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
			    "%s is not the program that left this core file", program);
		return FALSE;
	}
	if (corefile_auxv(modules->core, AT_EXECFN, &name))
		guest = corefile_read_string(modules->core, name);
	if (add_module(modules, guest ? guest : g_strdup(program), g_strdup(program), bias, 0)
		    ->dwfl)
		return TRUE;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s cannot be read: %s", program,
		    dwfl_errmsg(-1));
	return FALSE;
}

Modules *modules_open(const CoreFile *core, const gchar *program, const PathMap *map,
		      GError **error)
{
	g_autoptr(Modules) modules = g_new0(Modules, 1);

	modules->core = core;
	modules->map = map;
	modules->modules = g_ptr_array_new_with_free_func(module_free);
	modules->dwfl = dwfl_begin(&callbacks);
	dwfl_report_begin(modules->dwfl);
	if (!add_program(modules, program, error))
		return NULL;
	follow_link_map(modules);
	add_interpreter(modules);
	dwfl_report_end(modules->dwfl, NULL, NULL);
	return g_steal_pointer(&modules);
}

void modules_free(Modules *modules)
{
	if (!modules)
		return;
	g_clear_pointer(&modules->dwfl, dwfl_end);
	g_ptr_array_unref(modules->modules);
	g_free(modules);
}

const Module *modules_at(const Modules *modules, guint64 addr)
{
	for (guint i = 0; i < modules->modules->len; i++) {
		const Module *module = modules->modules->pdata[i];

		for (guint j = 0; module->elf && j < module->elf->segments->len; j++) {
			const Elf64_Phdr *s = &g_array_index(module->elf->segments, Elf64_Phdr, j);

			if (s->p_type == PT_LOAD && addr - module->bias - s->p_vaddr < s->p_memsz)
				return module;
		}
	}
	return NULL;
}

gboolean module_offset(const Module *module, guint64 addr, guint64 *offset)
{
	guint64 left;

	return elffile_offset(module->elf, addr - module->bias, offset, &left);
}

gboolean modules_read(const Modules *modules, guint64 addr, gpointer to, gsize length)
{
	const Module *module;
	guint64 offset, left;

	if (corefile_read(modules->core, addr, to, length))
		return TRUE;
	module = modules_at(modules, addr);
	if (!module || !elffile_offset(module->elf, addr - module->bias, &offset, &left) ||
	    left < length)
		return FALSE;
	memcpy(to, elffile_piece(module->elf, offset, length), length);
	return TRUE;
}
