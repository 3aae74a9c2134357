#include "sys/domain.h"

#include <string.h>

#include "base/error.h"
#include "base/qemu.h"

/* Kernel Documentation/admin-guide/kernel-parameters.txt. A panic ends the guest; memory is zeroed
 * when it is given to a program, not a second time when the kernel takes it; without KASLR the
 * kernel's pages are the same in all guests. */
#define COMMAND_LINE "console=ttyAMA0 loglevel=5 panic=-1 init_on_alloc=0 nokaslr"

typedef gchar *(*Value)(const DomainSpec *spec);

static gchar *name(const DomainSpec *spec)
{
	return g_strdup(spec->name);
}

static gchar *memory(const DomainSpec *spec)
{
	(void)spec;
	return g_strdup_printf("%d", DOMAIN_MEMORY);
}

static gchar *kernel(const DomainSpec *spec)
{
	return g_strdup(spec->kernel);
}

static gchar *initrd(const DomainSpec *spec)
{
	return g_strdup(spec->initrd);
}

static gchar *cmdline(const DomainSpec *spec)
{
	return spec->words ? g_strjoin(" ", COMMAND_LINE, spec->words, NULL)
			   : g_strdup(COMMAND_LINE);
}

static gchar *model(const DomainSpec *spec)
{
	return g_strdup(spec->profile->model);
}

static gchar *root(const DomainSpec *spec)
{
	return g_strdup(spec->root);
}

static gchar *data(const DomainSpec *spec)
{
	return g_strdup(spec->data);
}

static gchar *emulator(const DomainSpec *spec)
{
	return spec->emulator ? g_markup_printf_escaped("<emulator>%s</emulator>", spec->emulator)
			      : g_strdup("");
}

static gchar *source(const gchar *socket)
{
	return socket ? g_markup_printf_escaped("<source mode='bind' path='%s'/>", socket)
		      : g_strdup("");
}

static gchar *port(const DomainSpec *spec)
{
	return source(spec->port);
}

static gchar *debug(const DomainSpec *spec)
{
	return source(spec->debug);
}

/* The agent is for the boot alone; by another name libvirt lets the port be. */
static gchar *agent(const DomainSpec *spec)
{
	return g_strdup(spec->memory == DOMAIN_PRIVATE ? "org.a64rig.agent.0"
						       : "org.qemu.guest_agent.0");
}

static gchar *console(const DomainSpec *spec)
{
	return spec->console
		       ? g_markup_printf_escaped("<serial type='file'><source path='%s'/></serial>",
						 spec->console)
		       : g_strdup("<serial type='pty'/>");
}

static void add_argument(GString *arguments, const gchar *option, const gchar *value)
{
	g_autofree gchar *pair = g_markup_printf_escaped(
		"<qemu:arg value='%s'/><qemu:arg value='%s'/>", option, value);

	g_string_append(arguments, pair);
}

static void add_memory(GString *arguments, const DomainSpec *spec)
{
	g_autofree gchar *path = qemu_escape(spec->ram);
	g_autofree gchar *object =
		g_strdup_printf("memory-backend-file,id=a64rig.ram,mem-path=%s,size=%dM,share=%s",
				path, DOMAIN_MEMORY, spec->memory == DOMAIN_SHARED ? "on" : "off");

	add_argument(arguments, "-object", object);
	add_argument(arguments, "-machine", "memory-backend=a64rig.ram");
	if (spec->memory == DOMAIN_PRIVATE)
		add_argument(arguments, "-incoming", "defer");
}

static gchar *arguments(const DomainSpec *spec)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (spec->profile->properties_count) {
		g_autofree gchar *cpu = profile_cpu(spec->profile);

		add_argument(text, "-cpu", cpu);
	}
	if (spec->memory != DOMAIN_ANONYMOUS)
		add_memory(text, spec);
	if (spec->plugin)
		add_argument(text, "-plugin", spec->plugin);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static const struct {
	const gchar *key;
	Value value;
	gboolean markup; /* what it gives is XML */
} keys[] = {
	{"name", name, FALSE},      {"memory", memory, FALSE},      {"kernel", kernel, FALSE},
	{"initrd", initrd, FALSE},  {"cmdline", cmdline, FALSE},    {"model", model, FALSE},
	{"root", root, FALSE},      {"data", data, FALSE},          {"emulator", emulator, TRUE},
	{"port", port, TRUE},       {"debug", debug, TRUE},         {"agent", agent, FALSE},
	{"console", console, TRUE}, {"arguments", arguments, TRUE},
};

static gboolean add_value(GString *xml, const gchar *key, gsize length, const DomainSpec *spec)
{
	for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
		g_autofree gchar *value = NULL;
		g_autofree gchar *escaped = NULL;

		if (strlen(keys[i].key) != length || strncmp(keys[i].key, key, length) != 0)
			continue;
		value = keys[i].value(spec);
		escaped = keys[i].markup ? g_strdup(value) : g_markup_escape_text(value, -1);
		g_string_append(xml, escaped);
		return TRUE;
	}
	return FALSE;
}

/* The comment at its head is the template's own. */
static const gchar *body(const gchar *text)
{
	const gchar *end = g_str_has_prefix(text, "<!--") ? strstr(text, "-->\n") : NULL;

	return end ? end + 4 : text;
}

gchar *domain_xml(const gchar *template, const DomainSpec *spec, GError **error)
{
	g_autoptr(GString) xml = g_string_new(NULL);
	g_autofree gchar *text = NULL;
	const gchar *from, *mark;

	if (!g_file_get_contents(template, &text, NULL, error))
		return NULL;
	for (from = body(text); (mark = strstr(from, "${")); from = strchr(mark, '}') + 1) {
		const gchar *end = strchr(mark, '}');

		g_string_append_len(xml, from, mark - from);
		if (end && add_value(xml, mark + 2, (gsize)(end - mark - 2), spec))
			continue;
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "%s: unknown '%.*s'; known are name, memory, kernel, initrd, cmdline, "
			    "model, root, data, emulator, port, debug, agent, console, arguments",
			    template, end ? (int)(end - mark) + 1 : 20, mark);
		return NULL;
	}
	g_string_append(xml, from);
	return g_string_free(g_steal_pointer(&xml), FALSE);
}

gboolean domain_fits(const Profile *profile, const Image *image, GError **error)
{
	g_autoptr(GString) sizes = g_string_new(NULL);

	for (guint i = 0; i < profile->pages_count; i++) {
		if (profile->pages[i] == image->page)
			return TRUE;
		g_string_append_printf(sizes, "%s%uK", i ? ", " : "", profile->pages[i]);
	}
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
		    "profile '%s' cannot boot the image '%s': its kernel has pages of %uK, and the "
		    "CPU translates %s; name another with --image (see 'a64rig image list')",
		    profile->name, image->name, image->page, sizes->str);
	return FALSE;
}
