#include "model/subject.h"

#include "model/folder.h"
#include "model/manifest.h"

static const cyaml_schema_field_t fields[] = {
	CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, Subject, name, 1, CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("description", CYAML_FLAG_POINTER, Subject, description, 1,
			       CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("libc", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, Subject, libc, 1,
			       CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("library", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, Subject,
			       library, 1, CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("allocator", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, Subject,
			       allocator, 1, CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("version", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, Subject,
			       version, 1, CYAML_UNLIMITED),
	CYAML_FIELD_SEQUENCE("tags", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, Subject, tags,
			     &manifest_string, 0, CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("expect", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, Subject, expect,
			       1, CYAML_UNLIMITED),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, Subject, fields),
};

static gboolean check(const Subject *subject, const gchar *path, GError **error)
{
	Verdict verdict;

	if (subject->expect && !verdict_parse(subject->expect, &verdict)) {
		manifest_refuse(error, path, "expect: '%s' is not a verdict", subject->expect);
		return FALSE;
	}
	if (!subject_is_libc(subject_libc(subject))) {
		manifest_refuse(error, path, "libc: '%s' is neither glibc nor musl", subject->libc);
		return FALSE;
	}
	return folder_name_fits(path, subject->name, error);
}

Subject *subject_load(const gchar *path, GError **error)
{
	g_autoptr(Subject) subject = manifest_load(path, &schema, error);

	if (!subject || !check(subject, path, error))
		return NULL;
	return g_steal_pointer(&subject);
}

Subject *subject_for_library(const gchar *path)
{
	Subject *subject = g_new0(Subject, 1);

	subject->file = g_canonicalize_filename(path, NULL);
	subject->name = g_path_get_basename(path);
	subject->description = g_strdup_printf("the library %s", path);
	return subject;
}

void subject_free(Subject *subject)
{
	if (!subject)
		return;
	g_free(subject->file);
	manifest_free(&schema, subject);
}

const gchar *subject_libc(const Subject *subject)
{
	return subject->libc ? subject->libc : "glibc";
}

gboolean subject_is_libc(const gchar *word)
{
	return g_str_equal(word, "glibc") || g_str_equal(word, "musl");
}

Verdict subject_expect(const Subject *subject)
{
	Verdict verdict = VERDICT_NONE;

	if (subject->expect)
		verdict_parse(subject->expect, &verdict);
	return verdict;
}

static gpointer load(const gchar *path, GError **error)
{
	return subject_load(path, error);
}

static const gchar *name_of(gconstpointer subject)
{
	return ((const Subject *)subject)->name;
}

GPtrArray *subjects_load(const gchar *const *folders, GError **error)
{
	return folder_load(folders, load, name_of, (GDestroyNotify)subject_free, error);
}

const Subject *subject_find(const GPtrArray *subjects, const gchar *name, GError **error)
{
	return folder_find(subjects, "subject", name_of, name, error);
}
