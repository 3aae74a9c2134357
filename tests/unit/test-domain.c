/*
 * Domains: rig/domain.xml filled in, read again with libxml2 and by libvirt's own schema.
 */
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <string.h>

#include "base/error.h"
#include "sys/domain.h"
#include "tree.h"

#define TEMPLATE "rig/domain.xml"
#define AWKWARD  "/a&b'c\"/<d>, e"

static gchar name[] = "plain";
static gchar model[] = "cortex-a72";
static gchar impdef[] = "pauth-impdef=on", no_sve[] = "sve=off";
static gchar *properties[] = {impdef, no_sve};

static const Profile plain = {.name = name, .model = model};

static DomainSpec spec_for(const Profile *profile)
{
	return (DomainSpec){.name = "guest-1",
			    .profile = profile,
			    .root = "/images/root",
			    .kernel = "/images/kernel",
			    .initrd = "/images/initrd",
			    .data = "/disks/data"};
}

static gchar *filled(const DomainSpec *spec)
{
	g_autoptr(GError) error = NULL;
	gchar *xml = domain_xml(TEMPLATE, spec, &error);

	g_assert_no_error(error);
	return xml;
}

typedef xmlDoc Document;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Document, xmlFreeDoc)

static Document *parse(const gchar *xml)
{
	Document *document = xmlReadMemory(xml, (int)strlen(xml), NULL, NULL, XML_PARSE_PEDANTIC);

	if (!document)
		g_error("not well formed: %s", xml);
	return document;
}

/* What the expression finds, as text. */
static gchar *find(Document *document, const gchar *expression)
{
	xmlXPathContext *context = xmlXPathNewContext(document);
	xmlXPathObject *found;
	xmlChar *text;
	gchar *copy;

	xmlXPathRegisterNs(context, (const xmlChar *)"q",
			   (const xmlChar *)"http://libvirt.org/schemas/domain/qemu/1.0");
	found = xmlXPathEvalExpression((const xmlChar *)expression, context);
	g_assert_nonnull(found);
	text = xmlXPathCastToString(found);
	copy = g_strdup((const gchar *)text);
	xmlFree(text);
	xmlXPathFreeObject(found);
	xmlXPathFreeContext(context);
	return copy;
}

static void expect(Document *document, const gchar *expression, const gchar *wanted)
{
	g_autofree gchar *seen = find(document, expression);

	g_test_message("%s", expression);
	g_assert_cmpstr(seen, ==, wanted);
}

static void expect_all(const DomainSpec *spec, const gchar *const (*pairs)[2])
{
	g_autofree gchar *xml = filled(spec);
	g_autoptr(Document) document = parse(xml);

	for (; (*pairs)[0]; pairs++)
		expect(document, (*pairs)[0], (*pairs)[1]);
}

static void test_least(void)
{
	static const gchar *const pairs[][2] = {
		{"/domain/@type", "qemu"},
		{"/domain/name", "guest-1"},
		{"/domain/memory", "512"},
		{"/domain/memory/@unit", "MiB"},
		{"//os/kernel", "/images/kernel"},
		{"//os/initrd", "/images/initrd"},
		{"starts-with(//os/cmdline, 'console=ttyAMA0 ')", "true"},
		{"contains(//os/cmdline, 'panic=-1')", "true"},
		{"//cpu/model", "cortex-a72"},
		{"//disk[driver/@type='qcow2']/source/@file", "/images/root"},
		{"//disk[driver/@type='raw']/source/@file", "/disks/data"},
		{"count(//disk)", "2"},
		{"count(//disk/readonly)", "2"},
		{"count(//interface)", "0"},
		{"count(//emulator)", "0"},
		{"count(//channel)", "3"},
		{"count(//channel/source)", "0"},
		{"//serial/@type", "pty"},
		{"count(//q:arg)", "0"},
		{NULL, NULL},
	};
	DomainSpec spec = spec_for(&plain);

	expect_all(&spec, pairs);
}

static void test_all(void)
{
	static const gchar *const pairs[][2] = {
		{"//emulator", AWKWARD "/emulator"},
		{"//disk[driver/@type='qcow2']/source/@file", AWKWARD "/root"},
		{"//disk[driver/@type='raw']/source/@file", AWKWARD "/data"},
		{"//os/kernel", AWKWARD "/kernel"},
		{"//os/initrd", AWKWARD "/initrd"},
		{"/domain/name", "a&b'c\""},
		{"//channel[target/@name='org.a64rig.run.0']/source/@path", AWKWARD "/port"},
		{"//channel[target/@name='org.a64rig.run.0']/source/@mode", "bind"},
		{"//channel[target/@name='org.a64rig.debug.0']/source/@path", AWKWARD "/debug"},
		{"//serial/@type", "file"},
		{"//serial/source/@path", AWKWARD "/console"},
		{"substring-after(//os/cmdline, 'nokaslr ')", "a64rig.shell x=\"<&>\""},
		{NULL, NULL},
	};
	DomainSpec spec = {.name = "a&b'c\"",
			   .profile = &plain,
			   .emulator = AWKWARD "/emulator",
			   .root = AWKWARD "/root",
			   .kernel = AWKWARD "/kernel",
			   .initrd = AWKWARD "/initrd",
			   .data = AWKWARD "/data",
			   .words = "a64rig.shell x=\"<&>\"",
			   .port = AWKWARD "/port",
			   .debug = AWKWARD "/debug",
			   .console = AWKWARD "/console"};

	expect_all(&spec, pairs);
}

/* What is filled in is not looked through again. */
static void test_placeholder_as_value(void)
{
	static const gchar *const pairs[][2] = {
		{"/domain/name", "${root}"}, {"//os/kernel", "${nonsense}"}, {NULL, NULL}};
	DomainSpec spec = spec_for(&plain);

	spec.name = "${root}";
	spec.kernel = "${nonsense}";
	expect_all(&spec, pairs);
}

static void test_properties(void)
{
	static const gchar *const pairs[][2] = {
		{"count(//q:arg)", "2"},
		{"//q:arg[1]/@value", "-cpu"},
		{"//q:arg[2]/@value", "cortex-a72,pauth-impdef=on,sve=off"},
		{NULL, NULL}};
	Profile profile = plain;
	DomainSpec spec = spec_for(&profile);

	profile.properties = properties;
	profile.properties_count = G_N_ELEMENTS(properties);
	expect_all(&spec, pairs);
}

static void test_memory(void)
{
	static const struct {
		DomainMemory memory;
		const gchar *words; /* of the arguments */
	} kinds[] = {
		{DOMAIN_ANONYMOUS, ""},
		{DOMAIN_SHARED, "-object|memory-backend-file,id=a64rig.ram,mem-path=/a,,b&'c,,/"
				"ram,size=512M,share=on|-machine|memory-backend=a64rig.ram|"},
		{DOMAIN_PRIVATE, "-object|memory-backend-file,id=a64rig.ram,mem-path=/a,,b&'c,,/"
				 "ram,size=512M,share=off|-machine|memory-backend=a64rig.ram|"
				 "-incoming|defer|"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
		DomainSpec spec = spec_for(&plain);
		g_autoptr(GString) words = g_string_new(NULL);
		g_autofree gchar *xml = NULL;
		g_autoptr(Document) document = NULL;

		spec.memory = kinds[i].memory;
		spec.ram = i ? "/a,b&'c,/ram" : NULL;
		xml = filled(&spec);
		document = parse(xml);
		for (guint n = 1; n < 8; n++) {
			g_autofree gchar *at = g_strdup_printf("//q:arg[%u]/@value", n);
			g_autofree gchar *word = find(document, at);

			g_string_append_printf(words, *word ? "%s|" : "%s", word);
		}
		g_assert_cmpstr(words->str, ==, kinds[i].words);
	}
}

/* The comment of the template's own is not told to libvirt. */
static void test_head(void)
{
	DomainSpec spec = spec_for(&plain);
	g_autofree gchar *xml = filled(&spec);

	g_assert_true(g_str_has_prefix(xml, "<domain "));
	g_assert_null(strstr(xml, "${"));
}

static void test_own_template(void)
{
	static const gchar *const templates[][2] = {
		{"", ""},
		{"<a/>", "<a/>"},
		{"${name}", "guest-1"},
		{"${name}${name}$name}", "guest-1guest-1$name}"},
		{"<!-- x -->\n<a>${memory}</a>\n", "<a>512</a>\n"},
		{"<!-- x", "<!-- x"},
		{"<a/><!-- ${model} -->\n", "<a/><!-- cortex-a72 -->\n"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(templates); i++) {
		g_autoptr(Tree) tree = tree_new();
		g_autofree gchar *path = tree_write(tree, "t.xml", templates[i][0], -1);
		DomainSpec spec = spec_for(&plain);
		g_autoptr(GError) error = NULL;
		g_autofree gchar *xml = domain_xml(path, &spec, &error);

		g_assert_no_error(error);
		g_assert_cmpstr(xml, ==, templates[i][1]);
	}
}

static void test_refused(void)
{
	/* The text, and what of it is shown. */
	static const gchar *const texts[][2] = {
		{"${}", "'${}'"},
		{"${nam}", "'${nam}'"},
		{"${names}", "'${names}'"},
		{"${NAME}\n</x>", "'${NAME}'"},
		{"${name", "'${name'"},
		{"a ${ b", "'${ b'"},
		{"${na${name}}", "'${na${name}'"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(Tree) tree = tree_new();
		g_autofree gchar *path = tree_write(tree, "t.xml", texts[i][0], -1);
		DomainSpec spec = spec_for(&plain);
		g_autoptr(GError) error = NULL;

		g_assert_null(domain_xml(path, &spec, &error));
		g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG);
		g_assert_nonnull(strstr(error->message, path));
		g_assert_nonnull(strstr(error->message, texts[i][1]));
	}
}

static void test_missing_template(void)
{
	DomainSpec spec = spec_for(&plain);
	g_autoptr(GError) error = NULL;

	g_assert_null(domain_xml("/no/such.xml", &spec, &error));
	g_assert_cmpint(error_exit_status(error), ==, EXIT_RIG_FAULT);
	g_assert_nonnull(strstr(error->message, "/no/such.xml"));
}

static void validate(const Tree *tree, const DomainSpec *spec)
{
	g_autofree gchar *xml = filled(spec);
	g_autofree gchar *path = tree_write(tree, "domain.xml", xml, -1);
	const gchar *argv[] = {"virt-xml-validate", path, "domain", NULL};
	g_autofree gchar *out = NULL;
	g_autofree gchar *err = NULL;
	g_autoptr(GError) error = NULL;
	int status;

	g_spawn_sync(NULL, (gchar **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err,
		     &status, &error);
	g_assert_no_error(error);
	if (status)
		g_error("%s%s", out, err);
}

/* Each way that a guest is started in, before libvirt's own schema. */
static void test_schema(void)
{
	g_autofree gchar *tool = g_find_program_in_path("virt-xml-validate");
	g_autoptr(Tree) tree = tree_new();
	Profile profile = plain;
	DomainSpec least = spec_for(&plain);
	DomainSpec most = spec_for(&profile);

	if (!tool) {
		g_test_skip("there is no virt-xml-validate (libvirt-clients)");
		return;
	}
	profile.properties = properties;
	profile.properties_count = G_N_ELEMENTS(properties);
	most.emulator = "/usr/bin/qemu-system-aarch64";
	most.port = "/run/a b/port";
	most.debug = "/run/a b/debug";
	most.console = "/run/console";
	most.words = "a64rig.shell";
	most.memory = DOMAIN_PRIVATE;
	most.ram = "/snapshots/ram";
	validate(tree, &least);
	validate(tree, &most);
}

static void test_fits(void)
{
	guint pages[] = {4, 64};
	Profile profile = plain;
	gchar image_name[] = "debian-12-16k";
	Image image = {.name = image_name, .page = 64};
	g_autoptr(GError) error = NULL;

	profile.pages = pages;
	profile.pages_count = G_N_ELEMENTS(pages);
	g_assert_true(domain_fits(&profile, &image, &error));
	image.page = 4;
	g_assert_true(domain_fits(&profile, &image, &error));
	g_assert_no_error(error);
	image.page = 16;
	g_assert_false(domain_fits(&profile, &image, &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG);
	g_assert_nonnull(strstr(error->message, "'plain'"));
	g_assert_nonnull(strstr(error->message, "'debian-12-16k'"));
	g_assert_nonnull(strstr(error->message, "pages of 16K, and the CPU translates 4K, 64K"));
}

int main(int argc, char **argv)
{
	int status;

	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/domain/least", test_least);
	g_test_add_func("/domain/all", test_all);
	g_test_add_func("/domain/placeholder-as-value", test_placeholder_as_value);
	g_test_add_func("/domain/properties", test_properties);
	g_test_add_func("/domain/memory", test_memory);
	g_test_add_func("/domain/head", test_head);
	g_test_add_func("/domain/own-template", test_own_template);
	g_test_add_func("/domain/refused", test_refused);
	g_test_add_func("/domain/missing-template", test_missing_template);
	g_test_add_func("/domain/schema", test_schema);
	g_test_add_func("/domain/fits", test_fits);
	status = g_test_run();
	xmlCleanupParser();
	return status;
}
