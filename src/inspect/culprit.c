#include "inspect/culprit.h"

#include <string.h>

#include "inspect/mention.h"

enum { CALLERS = 4 }; /* that are asked when the code at fault says nothing */

/* A file, and how a symbol that it defines is found. */
typedef struct {
	const ElfFile *elf;
	gboolean (*defined)(gconstpointer data, const gchar *name, guint64 *vaddr);
	gconstpointer data; /* handed to defined */
} Object;

/* How an allocator shows itself. */
typedef struct {
	const gchar *name;
	const gchar *symbols[3];  /* any of these defined in the object is evidence */
	const gchar *strings[3];  /* so is any C string that begins with one of these, */
	const gchar *mentions[3]; /* where code that no symbol names leads to one of these, too */
	const gchar *prefixes[4]; /* what its own functions are called */
	gchar *(*version)(const Object *object);
} Known;

static gchar *mimalloc_version(const Object *object);
static gchar *jemalloc_version(const Object *object);

static const Known known[] = {
	{
		.name = "mimalloc",
		.symbols = {"_mi_options_init", "mi_malloc"},
		.strings = {"mimalloc: ", "MIMALLOC_"},
		.mentions = {"mimalloc: ", "show_errors", "mimalloc_"},
		.prefixes = {"mi_", "_mi_"},
		.version = mimalloc_version,
	},
	{
		.name = "jemalloc",
		.symbols = {"malloc_conf", "je_malloc_conf"},
		.strings = {"<jemalloc>"},
		.mentions = {"<jemalloc>"},
		.prefixes = {"je_", "_rjem_", "jemalloc_"},
		.version = jemalloc_version,
	},
	{
		.name = "tcmalloc",
		.symbols = {"tc_malloc", "tc_version"},
		.strings = {"tcmalloc: ", "TCMALLOC_"},
		.mentions = {"tcmalloc: ", "TCMALLOC_"},
		.prefixes = {"tc_", "tcmalloc::", "TCMalloc", "MallocExtension"},
	},
};

/* What every allocator's functions may be called. */
static const gchar *const common[] = {
	"malloc",      "calloc",       "realloc",           "reallocarray",
	"free",        "cfree",        "memalign",          "aligned_alloc",
	"valloc",      "pvalloc",      "posix_memalign",    "malloc_usable_size",
	"malloc_size", "operator new", "operator new[]",    "operator delete",
	"malloc_trim", "mallinfo",     "operator delete[]",
};

static gboolean is_common(const gchar *function)
{
	gsize length = strcspn(function, "(");

	for (gsize i = 0; i < G_N_ELEMENTS(common); i++)
		if (strlen(common[i]) == length && strncmp(function, common[i], length) == 0)
			return TRUE;
	return FALSE;
}

static gboolean is_own(const Known *k, const gchar *function)
{
	for (gsize i = 0; i < G_N_ELEMENTS(k->prefixes) && k->prefixes[i]; i++)
		if (g_str_has_prefix(function, k->prefixes[i]))
			return TRUE;
	return is_common(function);
}

static gboolean contradicted(const Known *k, const Fault *fault)
{
	if (!fault->function || fault->function_nearest || is_own(k, fault->function))
		return FALSE;
	for (guint i = 0; i < fault->backtrace->len; i++) {
		const Frame *frame = fault->backtrace->pdata[i];

		if (frame->function && g_strcmp0(frame->object, fault->object) == 0 &&
		    is_own(k, frame->function))
			return FALSE;
	}
	return TRUE;
}

/* The address in the file of a symbol that is defined there. */
static gboolean defined(gconstpointer data, const gchar *name, guint64 *vaddr)
{
	const Module *module = data;
	int count = dwfl_module_getsymtab(module->dwfl);

	for (int i = 1; i < count; i++) {
		GElf_Sym sym;
		GElf_Addr addr;
		const char *found =
			dwfl_module_getsym_info(module->dwfl, i, &sym, &addr, NULL, NULL, NULL);

		if (found && sym.st_shndx != SHN_UNDEF && g_str_equal(found, name)) {
			*vaddr = addr - module->bias;
			return TRUE;
		}
	}
	return FALSE;
}

/* Where a C string that begins with text stands in constant data, or NULL. *left: bytes that
 * follow it there. */
static const gchar *constant(const ElfFile *elf, const gchar *text, gsize *left)
{
	gsize length = strlen(text);

	for (guint i = 0; i < elf->sections->len; i++) {
		const Elf64_Shdr *s = &g_array_index(elf->sections, Elf64_Shdr, i);
		const guint8 *start, *at, *end;

		if (s->sh_type != SHT_PROGBITS || !s->sh_size ||
		    s->sh_flags & (SHF_WRITE | SHF_EXECINSTR) || !(s->sh_flags & SHF_ALLOC))
			continue;
		at = start = elffile_piece(elf, s->sh_offset, s->sh_size);
		end = start + s->sh_size;
		while ((at = memmem(at, end - at, text, length))) {
			*left = end - at;
			if (at == start || !at[-1])
				return (const gchar *)at;
			at++;
		}
	}
	return NULL;
}

/* What ties the code at fault, or its callers in the same object, to the allocator: a name, or what
 * the code leads to. "" for a name, which is shown anyway; NULL where there is nothing. */
static gchar *tie(const Known *k, const Module *module, const Fault *fault)
{
	const gchar *text = NULL;

	if (fault->function && !fault->function_nearest)
		return g_strdup("");
	text = mention_find(module->elf, fault->pc - module->bias, k->mentions,
			    G_N_ELEMENTS(k->mentions));
	if (text)
		return g_strdup_printf(", and the code at fault leads to \"%s\"", text);
	for (guint i = 1; i < MIN(fault->backtrace->len, CALLERS + 1); i++) {
		const Frame *frame = fault->backtrace->pdata[i];

		if (g_strcmp0(frame->object, fault->object) != 0)
			break;
		text = mention_find(module->elf, frame->pc - module->bias, k->mentions,
				    G_N_ELEMENTS(k->mentions));
		if (text)
			return g_strdup_printf(", and a caller's code leads to \"%s\"", text);
	}
	return NULL;
}

static const gchar *string_of(const Known *k, const ElfFile *elf)
{
	gsize left;

	for (gsize i = 0; i < G_N_ELEMENTS(k->strings) && k->strings[i]; i++)
		if (constant(elf, k->strings[i], &left))
			return k->strings[i];
	return NULL;
}

/* A symbol, or a string of the object to which the code at fault is tied. */
static gchar *evidence(const Known *k, const Module *module, const Fault *fault)
{
	const gchar *string;
	g_autofree gchar *tied = NULL;
	guint64 vaddr;

	for (gsize i = 0; i < G_N_ELEMENTS(k->symbols) && k->symbols[i]; i++)
		if (defined(module, k->symbols[i], &vaddr))
			return g_strdup_printf("symbol %s", k->symbols[i]);
	string = string_of(k, module->elf);
	tied = string ? tie(k, module, fault) : NULL;
	return tied ? g_strdup_printf("string \"%s\" in its constant data%s", string, tied) : NULL;
}

/* int mi_version(void) returns a constant: mov w0, #219; ret, perhaps after a bti. 219 is 2.1.9,
 * and in later releases 30500 is 3.5.0. */
static gchar *mimalloc_version(const Object *object)
{
	guint64 vaddr, offset, left;
	guint32 words[3], *at = words;
	guint number, base;

	if (!object->defined(object->data, "mi_version", &vaddr) ||
	    !elffile_offset(object->elf, vaddr, &offset, &left) || left < sizeof(words))
		return NULL;
	memcpy(words, elffile_piece(object->elf, offset, sizeof(words)), sizeof(words));
	if (GUINT32_FROM_LE(*at) == 0xd503245f)
		at++;
	number = (GUINT32_FROM_LE(at[0]) >> 5) & 0xffff;
	if ((GUINT32_FROM_LE(at[0]) & 0xffe0001f) != 0x52800000 ||
	    GUINT32_FROM_LE(at[1]) != 0xd65f03c0 || number < 100)
		return NULL;
	base = number < 1000 ? 10 : 100;
	return g_strdup_printf("%u.%u.%u", number / base / base, number / base % base,
			       number % base);
}

/* "5.3.0-0-g54eaed1d8b56b1aa528be3bdd1877e59c56fa90c": version, commits since, commit. Without a
 * git checkout at build time the version is not in the file in a form that says what it is. */
static gchar *jemalloc_version(const Object *object)
{
	static const gchar *const majors[] = {"5.", "4.", "3."};

	for (gsize i = 0; i < G_N_ELEMENTS(majors); i++) {
		gsize left;
		const gchar *text = constant(object->elf, majors[i], &left);
		gsize length = text ? strnlen(text, left) : 0;
		g_autofree gchar *copy = text ? g_strndup(text, length) : NULL;

		if (copy && g_regex_match_simple("^[0-9]+\\.[0-9]+\\.[0-9]+-[0-9]+-g[0-9a-f]+$",
						 copy, 0, 0))
			return g_strndup(copy, strcspn(copy, "-"));
	}
	return NULL;
}

void culprit_find(const Module *module, Fault *fault)
{
	const Object object = {module->elf, defined, module};

	for (gsize i = 0; i < G_N_ELEMENTS(known) && !fault->culprit; i++) {
		g_autofree gchar *why =
			contradicted(&known[i], fault) ? NULL : evidence(&known[i], module, fault);

		if (!why)
			continue;
		fault->culprit = g_strdup(known[i].name);
		fault->culprit_version = known[i].version ? known[i].version(&object) : NULL;
		fault->culprit_evidence = g_steal_pointer(&why);
	}
}

/* --- in a file that nobody ran --- */

static gboolean defined_in_code(gconstpointer data, const gchar *name, guint64 *vaddr)
{
	return code_symbol((Code *)data, name, vaddr);
}

static gboolean has_prefix(const Known *k, const gchar *function)
{
	for (gsize i = 0; i < G_N_ELEMENTS(k->prefixes) && k->prefixes[i]; i++)
		if (g_str_has_prefix(function, k->prefixes[i]))
			return TRUE;
	return FALSE;
}

/* What ties one of the places to the allocator. */
static gchar *tie_of_place(const Known *k, Code *code, const gchar *string, guint64 vaddr)
{
	const CodeSymbol *function = code_function(code, vaddr);
	const gchar *text;

	if (function)
		return has_prefix(k, function->name)
			       ? g_strdup_printf("one is in its function %s", function->name)
			       : NULL;
	text = string ? mention_find(code_file(code), vaddr, k->mentions, G_N_ELEMENTS(k->mentions))
		      : NULL;
	return text ? g_strdup_printf("string \"%s\" in its constant data, and the code at "
				      "0x%" G_GINT64_MODIFIER "x leads to \"%s\"",
				      string, vaddr, text)
		    : NULL;
}

gchar *culprit_of_places(Code *code, const guint64 *places, gsize count, gchar **evidence)
{
	const Object object = {code_file(code), defined_in_code, code};

	for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
		const gchar *string = string_of(&known[i], object.elf);

		for (gsize place = 0; place < count; place++) {
			g_autofree gchar *version = NULL;

			*evidence = tie_of_place(&known[i], code, string, places[place]);
			if (!*evidence)
				continue;
			version = known[i].version ? known[i].version(&object) : NULL;
			return g_strconcat(known[i].name, version ? " " : NULL, version, NULL);
		}
	}
	return NULL;
}
