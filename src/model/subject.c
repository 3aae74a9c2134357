#include "model/subject.h"

#include <string.h>

#include "model/folder.h"
#include "model/kinds.h"
#include "model/manifest.h"

#define PACKAGE "npm:"

const cyaml_strval_t subject_kinds[SUBJECT_KINDS] = {
	{"allocator", SUBJECT_ALLOCATOR}, {"addon", SUBJECT_ADDON},     {"module", SUBJECT_MODULE},
	{"library", SUBJECT_LIBRARY},     {"program", SUBJECT_PROGRAM},
};

static const cyaml_schema_field_t fields[] = {
	CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, Subject, name, 1, CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("description", CYAML_FLAG_POINTER, Subject, description, 1,
			       CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("libc", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, Subject, libc, 1,
			       CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("library", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, Subject,
			       library, 1, CYAML_UNLIMITED),
	CYAML_FIELD_ENUM("kind", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, Subject, kind,
			 subject_kinds, SUBJECT_KINDS),
	CYAML_FIELD_STRING_PTR("file", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, Subject, file, 1,
			       CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("package", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, Subject,
			       package, 1, CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("integrity", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, Subject,
			       integrity, 1, CYAML_UNLIMITED),
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

/* What is wrong with how the subject says what it is, or NULL. */
static const gchar *kind_complaint(const Subject *subject)
{
	if (subject->kind == SUBJECT_ALLOCATOR && (subject->file || subject->package))
		return "an allocator has a library, and neither file nor package";
	if (subject->kind != SUBJECT_ALLOCATOR && subject->library)
		return "library is an allocator's; other kinds have a file";
	if (subject->kind != SUBJECT_ALLOCATOR && !subject->file)
		return "file is missing";
	if (subject->file && (*subject->file == '/' || strstr(subject->file, "..")))
		return "file must be a path without '..' that does not start with '/'";
	if (subject->package && !subject_is_package(subject->package))
		return "package must be npm:NAME@VERSION";
	if (subject->integrity && !subject->package)
		return "integrity is a package's, and there is none";
	return NULL;
}

static gboolean check(const Subject *subject, const gchar *path, GError **error)
{
	const gchar *complaint = kind_complaint(subject);
	Verdict verdict;

	if (complaint) {
		manifest_refuse(error, path, "%s", complaint);
		return FALSE;
	}
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

Subject *subject_for_file(const gchar *path)
{
	Subject *subject = g_new0(Subject, 1);

	subject->path = g_canonicalize_filename(path, NULL);
	subject->name = g_path_get_basename(path);
	subject->kind = g_str_has_suffix(path, ".node") ? SUBJECT_ADDON : SUBJECT_ALLOCATOR;
	subject->description = g_strdup_printf(
		"the %s %s", subject->kind == SUBJECT_ADDON ? "addon" : "library", path);
	return subject;
}

gboolean subject_is_package(const gchar *word)
{
	return g_str_has_prefix(word, PACKAGE);
}

/* "@scope/name@version" and "name@version" alike. */
static const gchar *version_of(const gchar *word)
{
	const gchar *at = strrchr(word, '@');

	return at && at > word + strlen(PACKAGE) ? at + 1 : NULL;
}

Subject *subject_for_package(const gchar *word)
{
	Subject *subject = g_new0(Subject, 1);

	subject->kind = SUBJECT_ADDON;
	subject->package = g_strdup(word);
	subject->name = g_strdup(word);
	subject->version = g_strdup(version_of(word));
	subject->description = g_strdup_printf("the addon of %s", word);
	return subject;
}

gchar *subject_package_name(const Subject *subject)
{
	const gchar *version = subject->package ? version_of(subject->package) : NULL;

	if (!subject->package)
		return NULL;
	return version ? g_strndup(subject->package + strlen(PACKAGE),
				   (gsize)(version - 1 - subject->package) - strlen(PACKAGE))
		       : g_strdup(subject->package + strlen(PACKAGE));
}

void subject_free(Subject *subject)
{
	if (!subject)
		return;
	g_free(subject->path);
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
