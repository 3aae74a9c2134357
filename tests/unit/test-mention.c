/*
 * What code leads to, and which crates an object names: on libraries built for the purpose.
 */
#include "inspect/crate.h"
#include "inspect/mention.h"
#include "tree.h"

/* far() is far from what uses() uses, and twice the table is reached another way. */
static const char source[] =
	"struct option { long value; const char *name; };\n"
	"static struct option options[] = {{1, \"show_errors\"}, {2, \"verbose\"}};\n"
	"struct option *volatile sink;\n"
	"const char *volatile text;\n"
	"void uses(void) { sink = options; }\n"
	"void says(void) { text = \"tcmalloc: large alloc\"; }\n"
	"__attribute__((aligned(4096))) void far(void) { sink = 0; }\n"
	"const char crate[] =\n"
	"  "
	"\"/home/x/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/napi-sys-2.4.0/src/a.rs\"\n"
	"  "
	"\"/home/x/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/napi-3.12.1/src/b.rs\";\n";

static Tree *tree;
static ElfFile *elf;
static guint64 uses, says, far;

static void shell(const gchar *command)
{
	const gchar *argv[] = {"/bin/sh", "-ec", command, NULL};
	g_autoptr(GError) error = NULL;
	int status;

	g_spawn_sync(tree, (gchar **)argv, NULL, 0, NULL, NULL, NULL, NULL, &status, &error);
	g_assert_no_error(error);
	g_assert_cmpint(status, ==, 0);
}

static guint64 address(const gchar *symbols, const gchar *name)
{
	g_autofree gchar *pattern = g_strdup_printf("([0-9a-f]+) T %s\n", name);
	g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	g_autofree gchar *digits = NULL;

	g_assert_true(g_regex_match(regex, symbols, 0, &match));
	digits = g_match_info_fetch(match, 1);
	return g_ascii_strtoull(digits, NULL, 16);
}

static void build(void)
{
	g_autofree gchar *path = g_build_filename(tree, "x.so", NULL);
	g_autofree gchar *list = g_build_filename(tree, "symbols", NULL);
	g_autofree gchar *symbols = NULL;
	g_autoptr(GError) error = NULL;

	g_free(tree_write(tree, "x.c", source, -1));
	shell("aarch64-linux-gnu-gcc -O1 -fPIC -shared -nostdlib -fvisibility=hidden -o x.so x.c\n"
	      "aarch64-linux-gnu-nm x.so | tr 't' 'T' >symbols\n"
	      "aarch64-linux-gnu-strip x.so\n");
	g_file_get_contents(list, &symbols, NULL, &error);
	g_assert_no_error(error);
	uses = address(symbols, "uses");
	says = address(symbols, "says");
	far = address(symbols, "far");
	elf = elffile_open(path, &error);
	g_assert_no_error(error);
}

static const gchar *found(guint64 function, const gchar *const *texts, gsize count)
{
	return mention_find(elf, function, texts, count);
}

static void test_mention(void)
{
	static const gchar *const mimalloc[] = {"mimalloc: ", "show_errors", NULL};
	static const gchar *const tcmalloc[] = {"tcmalloc: "};

	g_assert_cmpstr(found(uses, mimalloc, 3), ==, "show_errors");
	g_assert_cmpstr(found(says, tcmalloc, 1), ==, "tcmalloc: ");
	g_assert_null(found(far, mimalloc, 3));
	g_assert_null(found(far, tcmalloc, 1));
	g_assert_null(found(far + (1 << 30), tcmalloc, 1));
}

static void test_crate(void)
{
	g_autofree gchar *napi = crate_version(elf, "napi");
	g_autofree gchar *sys = crate_version(elf, "napi-sys");

	g_assert_cmpstr(napi, ==, "3.12.1");
	g_assert_cmpstr(sys, ==, "2.4.0");
	g_assert_null(crate_version(elf, "nap"));
	g_assert_null(crate_version(elf, "mimalloc"));
}

int main(int argc, char **argv)
{
	g_autofree gchar *compiler = g_find_program_in_path("aarch64-linux-gnu-gcc");
	int status;

	g_test_init(&argc, &argv, NULL);
	if (!compiler) {
		g_print("1..0 # SKIP no aarch64-linux-gnu-gcc\n");
		return 0;
	}
	tree = tree_new();
	build();
	g_test_add_func("/mention/find", test_mention);
	g_test_add_func("/mention/crate", test_crate);
	status = g_test_run();
	elffile_free(elf);
	tree_free(tree);
	return status;
}
