/*
 * What is refused in a manifest, and that the message names the line and the way out.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/manifest.h"
#include "tree.h"

typedef struct {
	gchar *name;
	guint number;
	gboolean truth;
	guint *numbers;
	guint numbers_count;
	gchar **words;
	guint words_count;
} Thing;

static const cyaml_schema_value_t number = {CYAML_VALUE_UINT(CYAML_FLAG_DEFAULT, guint)};

static const cyaml_schema_field_t fields[] = {
	CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, Thing, name, 1, CYAML_UNLIMITED),
	CYAML_FIELD_UINT("number", CYAML_FLAG_OPTIONAL, Thing, number),
	CYAML_FIELD_BOOL("truth", CYAML_FLAG_OPTIONAL, Thing, truth),
	CYAML_FIELD_SEQUENCE("numbers", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, Thing, numbers,
			     &number, 0, 3),
	CYAML_FIELD_SEQUENCE("words", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, Thing, words,
			     &manifest_string, 0, 3),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, Thing, fields),
};

/* The message, without the path and what follows it up to the line. */
static gchar *refusal(const gchar *text, gssize length)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = tree_write(tree, "thing.yaml", text, length);
	g_autoptr(GError) error = NULL;
	Thing *thing = manifest_load(path, &schema, &error);

	g_assert_null(thing);
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE);
	g_assert_true(g_str_has_prefix(error->message, path));
	g_assert_true(g_utf8_validate(error->message, -1, NULL));
	return g_strdup(error->message + strlen(path));
}

static void test_refused(void)
{
	static const struct {
		const gchar *text, *message;
	} cases[] = {
		{"", ": the file is empty"},
		{"# nothing\n", ": the file is empty"},
		{"name: a\nnumbr: 1\n", ":2: unknown key 'numbr'; did you mean 'number'?"},
		{"numbr: 1\nname: a\n", ":1: unknown key 'numbr'; did you mean 'number'?"},
		{"name: a\ncolour: red\n",
		 ":2: unknown key 'colour'; known: name, number, truth, numbers, words"},
		{"name: a\n'colour': red\n",
		 ":2: unknown key 'colour'; known: name, number, truth, numbers, words"},
		{"name: a\nnumber: one\n", ":2: Invalid uint64_t value: 'one'"},
		{"name: a\nnumber: -1\n", ":2: Invalid UINT value: '-1'"},
		{"name: a\nnumber: 4294967296\n", ":2: Invalid UINT value: '4294967296'"},
		{"name: a\nnumber: 5m\n", ":2: number: '5m' is not a whole number"},
		{"name: a\nnumber: 1.5\n", ":2: number: '1.5' is not a whole number"},
		{"name: a\nnumber: 010\n", ":2: number: '010' is not a whole number"},
		{"name: a\nnumber: 0x10\n", ":2: number: '0x10' is not a whole number"},
		{"name: a\nnumbers:\n- 4\n- 4K\n", ":4: numbers: '4K' is not a whole number"},
		{"{name: a, truth: maybe}\n", ":1: truth: 'maybe' is not true or false"},
		{"name: a\nnumber: [1]\n", ":2: Expecting UINT, got event: SEQUENCE_START"},
		{"name: a\nwords: one\n", ":2: Expecting SEQUENCE, got event: SCALAR"},
		{"name: a\nwords:\n  - x\n  - [y]\n",
		 ":4: Expecting STRING, got event: SEQUENCE_START"},
		{"name: a\nwords: [a, b, c, d]\n", ":2: Excessive entries (3 max) in sequence."},
		{"name:\n  of: a\n", ":2: Expecting STRING, got event: MAPPING_START"},
		{"number: 1\n", ":1: Missing required mapping field: name"},
		{"- name: a\n", ": Expecting MAPPING, got event: SEQUENCE_START"},
		{"name\n", ": Expecting MAPPING, got event: SCALAR"},
		{"name: a\n\nnumber: 1\nname: b\n", ":4: the key 'name' is here a second time"},
		{"name: a\n---\nname: b\n", ":2: a second document starts here; a manifest is one"},
		{"---\n# one\nname: a\n---\nname: b\n",
		 ":4: a second document starts here; a manifest is one"},
		{"name: \"a\nnumber: 1\n", ":1: libyaml: found unexpected end of stream"},
		{"name: a\n\tnumber: 1\n",
		 ":2: libyaml: found a tab character that violates indentation"},
		{"name: a\nname : [\n", ":2: the key 'name' is here a second time"},
		{"name: a\n\nnumber: \xff\n", ":3: not UTF-8 text"},
		{"name: \xc3", ":1: not UTF-8 text"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree gchar *message = refusal(cases[i].text, -1);

		g_assert_cmpstr(message, ==, cases[i].message);
	}
}

static void test_zero_byte(void)
{
	g_autofree gchar *message = refusal("name: a\nnumber: \0", 17);

	g_assert_cmpstr(message, ==, ":2: not UTF-8 text");
}

/* A few lines that stand for more than a machine can hold. */
static void test_alias_bomb(void)
{
	g_autoptr(GString) text = g_string_new("name: &a0 aaaaaaaaaa\nwords:\n");
	g_autofree gchar *message = NULL;

	for (guint i = 1; i < 60; i++)
		g_string_append_printf(text, "- &a%u [*a%u, *a%u]\n", i, i - 1, i - 1);
	message = refusal(text->str, -1);
	g_assert_cmpstr(message, ==, ":3: Expecting STRING, got event: SEQUENCE_START");
	g_free(message);
	message = refusal("name: &a aaaa\nwords: [*a, *a]\n", -1);
	g_assert_nonnull(strstr(message, ":2: "));
	g_assert_nonnull(strstr(message, "lias"));
}

static void test_deep(void)
{
	g_autofree gchar *text = g_strnfill(300000, '[');
	g_autofree gchar *message = refusal(text, -1);

	g_assert_cmpstr(message, ==, ": Expecting MAPPING, got event: SEQUENCE_START");
}

static void test_unreadable(void)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *missing = g_build_filename(tree, "missing.yaml", NULL);
	g_autoptr(GError) error = NULL;

	g_assert_null(manifest_load(missing, &schema, &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE);
	g_assert_nonnull(strstr(error->message, "missing.yaml"));
	g_clear_error(&error);
	g_assert_null(manifest_load(tree, &schema, &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE);
}

static Thing *loaded(const gchar *text)
{
	g_autoptr(Tree) tree = tree_new();
	g_autofree gchar *path = tree_write(tree, "thing.yaml", text, -1);
	g_autoptr(GError) error = NULL;
	Thing *thing = manifest_load(path, &schema, &error);

	g_assert_no_error(error);
	return thing;
}

static void test_loaded(void)
{
	Thing *thing = loaded("---\nname: |\n  ---\n  b\nnumber: 7\nwords: [ä, b]\ntruth: true\n"
			      "numbers: [0, 10]\n");

	g_assert_cmpstr(thing->name, ==, "---\nb\n");
	g_assert_cmpuint(thing->number, ==, 7);
	g_assert_true(thing->truth);
	g_assert_cmpuint(thing->numbers[1], ==, 10);
	g_assert_cmpuint(thing->words_count, ==, 2);
	g_assert_cmpstr(thing->words[0], ==, "ä");
	manifest_free(&schema, thing);

	thing = loaded("name: a");
	g_assert_cmpuint(thing->number, ==, 0);
	g_assert_null(thing->words);
	manifest_free(&schema, thing);
}

static void test_huge(void)
{
	g_autofree gchar *value = g_strnfill(4000000, 'a');
	g_autofree gchar *text = g_strdup_printf("name: %s\n", value);
	Thing *thing = loaded(text);

	g_assert_cmpstr(thing->name, ==, value);
	manifest_free(&schema, thing);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/manifest/refused", test_refused);
	g_test_add_func("/manifest/zero-byte", test_zero_byte);
	g_test_add_func("/manifest/alias-bomb", test_alias_bomb);
	g_test_add_func("/manifest/deep", test_deep);
	g_test_add_func("/manifest/unreadable", test_unreadable);
	g_test_add_func("/manifest/loaded", test_loaded);
	g_test_add_func("/manifest/huge", test_huge);
	return g_test_run();
}
