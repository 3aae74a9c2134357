#include "model/suite.h"

#include <string.h>

#include "base/error.h"
#include "model/kinds.h"
#include "model/manifest.h"
#include "model/subject.h"

#define TEXT(key, type, field)                                                                     \
	CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER, type, field, 1, CYAML_UNLIMITED)
#define OPTIONAL_TEXT(key, type, field)                                                            \
	CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, field, 1,      \
			       CYAML_UNLIMITED)
#define TEXTS(key, type, field)                                                                    \
	CYAML_FIELD_SEQUENCE(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, field,           \
			     &manifest_string, 0, CYAML_UNLIMITED)

static const cyaml_schema_field_t expectation_fields[] = {
	TEXT("subject", Expectation, subject),
	TEXT("verdict", Expectation, verdict),
	OPTIONAL_TEXT("engine", Expectation, engine),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t expectation = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, Expectation, expectation_fields),
};

static const cyaml_schema_field_t case_fields[] = {
	TEXT("name", Case, name),
	TEXT("description", Case, description),
	OPTIONAL_TEXT("program", Case, program),
	OPTIONAL_TEXT("runner", Case, runner),
	TEXTS("files", Case, files),
	TEXTS("args", Case, args),
	OPTIONAL_TEXT("output", Case, output),
	TEXTS("tags", Case, tags),
	CYAML_FIELD_UINT("timeout", CYAML_FLAG_OPTIONAL, Case, timeout),
	CYAML_FIELD_UINT("memory", CYAML_FLAG_OPTIONAL, Case, memory),
	TEXTS("libc", Case, libc),
	TEXTS("subjects", Case, subjects),
	TEXTS("packages", Case, packages),
	CYAML_FIELD_ENUM("kind", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, Case, kind, subject_kinds,
			 SUBJECT_KINDS),
	CYAML_FIELD_BOOL("fallback", CYAML_FLAG_OPTIONAL, Case, fallback),
	CYAML_FIELD_SEQUENCE("expect", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, Case, expect,
			     &expectation, 0, CYAML_UNLIMITED),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t case_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, Case, case_fields),
};

static const cyaml_schema_field_t suite_fields[] = {
	TEXT("suite", Suite, name),
	TEXT("description", Suite, description),
	CYAML_FIELD_BOOL("optional", CYAML_FLAG_OPTIONAL, Suite, optional),
	TEXTS("subjects", Suite, subjects),
	CYAML_FIELD_SEQUENCE("cases", CYAML_FLAG_POINTER, Suite, cases, &case_value, 1,
			     CYAML_UNLIMITED),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, Suite, suite_fields),
};

static gboolean check_expectation(const Case *self, const Expectation *stated, const gchar *path,
				  GError **error)
{
	static const gchar *const engines[] = {"user", "system", NULL};
	Verdict verdict;

	if (!verdict_parse(stated->verdict, &verdict)) {
		manifest_refuse(error, path, "case '%s': expect: '%s' is not a verdict", self->name,
				stated->verdict);
		return FALSE;
	}
	if (stated->engine && !g_strv_contains(engines, stated->engine)) {
		manifest_refuse(error, path, "case '%s': expect: '%s' is neither user nor system",
				self->name, stated->engine);
		return FALSE;
	}
	return TRUE;
}

static gboolean check_file_name(const Case *self, const gchar *key, const gchar *name,
				const gchar *path, GError **error)
{
	if (!name || !strchr(name, '/'))
		return TRUE;
	manifest_refuse(error, path, "case '%s': %s: '%s' must be a file name", self->name, key,
			name);
	return FALSE;
}

static gboolean check_files(const Case *self, const gchar *path, GError **error)
{
	for (guint i = 0; i < self->files_count; i++)
		if (!check_file_name(self, "files", self->files[i], path, error))
			return FALSE;
	if (!self->program || !self->runner)
		return check_file_name(self, "program", self->program, path, error);
	manifest_refuse(error, path, "case '%s': it has a program and a runner", self->name);
	return FALSE;
}

static gboolean check_case(const Case *self, const gchar *path, GError **error)
{
	if (!check_files(self, path, error))
		return FALSE;
	if (strpbrk(self->name, "/*?")) {
		manifest_refuse(error, path, "case '%s': name: it must not hold any of / * ?",
				self->name);
		return FALSE;
	}
	for (guint i = 0; i < self->libc_count; i++)
		if (!subject_is_libc(self->libc[i])) {
			manifest_refuse(error, path,
					"case '%s': libc: '%s' is neither glibc nor musl",
					self->name, self->libc[i]);
			return FALSE;
		}
	for (guint i = 0; i < self->expect_count; i++)
		if (!check_expectation(self, &self->expect[i], path, error))
			return FALSE;
	return TRUE;
}

static gboolean check(const Suite *suite, const gchar *path, GError **error)
{
	g_autofree gchar *folder = g_path_get_dirname(path);
	g_autofree gchar *name = g_path_get_basename(folder);

	if (!g_str_equal(name, suite->name)) {
		manifest_refuse(error, path, "it names the suite '%s', but its folder is '%s'",
				suite->name, name);
		return FALSE;
	}
	for (guint i = 0; i < suite->cases_count; i++) {
		if (!check_case(&suite->cases[i], path, error))
			return FALSE;
		for (guint j = 0; j < i; j++)
			if (g_str_equal(suite->cases[i].name, suite->cases[j].name)) {
				manifest_refuse(error, path, "case '%s' is listed twice",
						suite->cases[i].name);
				return FALSE;
			}
	}
	return TRUE;
}

Suite *suite_load(const gchar *path, GError **error)
{
	g_autoptr(Suite) suite = manifest_load(path, &schema, error);

	if (!suite || !check(suite, path, error))
		return NULL;
	return g_steal_pointer(&suite);
}

void suite_free(Suite *suite)
{
	manifest_free(&schema, suite);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp((*(const Suite *const *)a)->name, (*(const Suite *const *)b)->name);
}

GPtrArray *suites_load(const gchar *folder, GError **error)
{
	g_autoptr(GPtrArray) suites = g_ptr_array_new_with_free_func((GDestroyNotify)suite_free);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const gchar *entry;

	while (dir && (entry = g_dir_read_name(dir))) {
		g_autofree gchar *path = g_build_filename(folder, entry, "suite.yaml", NULL);
		Suite *suite;

		if (!g_file_test(path, G_FILE_TEST_EXISTS))
			continue;
		suite = suite_load(path, error);
		if (!suite)
			return NULL;
		g_ptr_array_add(suites, suite);
	}
	g_ptr_array_sort(suites, by_name);
	if (suites->len)
		return g_steal_pointer(&suites);
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE, "%s: no NAME/suite.yaml in it",
		    folder);
	return NULL;
}

static gboolean names(const Case *self, const Subject *subject)
{
	g_autofree gchar *package = subject_package_name(subject);

	for (guint i = 0; i < self->subjects_count; i++)
		if (!subject->path && g_pattern_match_simple(self->subjects[i], subject->name))
			return TRUE;
	for (guint i = 0; i < self->packages_count; i++)
		if (!g_strcmp0(self->packages[i], package))
			return TRUE;
	return !self->subjects_count && !self->packages_count && self->kind == subject->kind;
}

gboolean case_takes(const Suite *suite, const Case *self, const Subject *subject)
{
	if (!names(self, subject))
		return FALSE;
	for (guint i = 0; self->fallback && i < suite->cases_count; i++)
		if (&suite->cases[i] != self && names(&suite->cases[i], subject))
			return FALSE;
	return TRUE;
}

gboolean case_has_libc(const Case *self, const gchar *libc)
{
	for (guint i = 0; i < self->libc_count; i++)
		if (g_str_equal(self->libc[i], libc))
			return TRUE;
	return self->libc_count == 0;
}

gboolean case_has_tag(const Case *self, const gchar *tag)
{
	for (guint i = 0; i < self->tags_count; i++)
		if (g_str_equal(self->tags[i], tag))
			return TRUE;
	return FALSE;
}

Verdict case_expect(const Case *self, const gchar *subject, const gchar *engine)
{
	Verdict any = VERDICT_NONE, own = VERDICT_NONE;

	for (guint i = 0; i < self->expect_count; i++) {
		const Expectation *stated = &self->expect[i];

		if (!g_str_equal(stated->subject, subject))
			continue;
		if (!stated->engine)
			verdict_parse(stated->verdict, &any);
		else if (g_str_equal(stated->engine, engine))
			verdict_parse(stated->verdict, &own);
	}
	return own != VERDICT_NONE ? own : any;
}

gboolean case_names_engine(const Case *self, const gchar *subject)
{
	for (guint i = 0; i < self->expect_count; i++)
		if (self->expect[i].engine && g_str_equal(self->expect[i].subject, subject))
			return TRUE;
	return FALSE;
}
