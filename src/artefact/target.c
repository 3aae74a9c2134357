#include "artefact/target.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <stdlib.h>
#include <string.h>

#include "artefact/debian.h"
#include "artefact/unpack.h"
#include "base/error.h"
#include "model/subject.h"

#define DEBIAN "deb:"

static gchar *open_npm(const TargetRequest *request, const gchar *word, GError **error)
{
	g_autoptr(Package) package = package_get(request->paths, word, NULL, request->news,
						 request->data, request->cancellable, error);

	return package ? g_strdup(package->folder) : NULL;
}

static gchar *make_folder(const TargetRequest *request, const gchar *name, GError **error)
{
	g_autofree gchar *folder = g_build_filename(request->scratch, name, NULL);

	if (!g_mkdir(folder, 0755))
		return g_steal_pointer(&folder);
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot make '%s'", folder);
	return NULL;
}

static gchar *open_archive(const TargetRequest *request, const gchar *path, GError **error)
{
	g_autofree gchar *folder = make_folder(request, "target", error);

	return folder && unpack_whole(path, path, folder, request->cancellable, error)
		       ? g_steal_pointer(&folder)
		       : NULL;
}

static void tell(const TargetRequest *request, const gchar *news)
{
	if (request->news)
		request->news(news, request->data);
}

/* "NAME=VERSION", or "NAME". */
static gchar *open_debian(const TargetRequest *request, const gchar *text, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(text, "=", 2);
	const gchar *const words[] = {"fetch", parts[0] ? parts[0] : "", parts[0] ? parts[1] : NULL,
				      NULL};
	g_autofree gchar *file = NULL;

	tell(request, "fetching from Debian");
	file = debian_ask(request->paths, words, error);
	return file ? open_archive(request, file, error) : NULL;
}

gchar *target_open(const TargetRequest *request, const gchar *word, GError **error)
{
	g_autofree gchar *path = path_absolute(word);
	gchar *real = NULL;

	if (subject_is_package(word))
		return open_npm(request, word, error);
	if (target_is_debian(word))
		return open_debian(request, word + strlen(DEBIAN), error);
	if (g_file_test(path, G_FILE_TEST_IS_REGULAR) && unpack_knows(path))
		return open_archive(request, path, error);
	real = realpath(path, NULL);
	if (real)
		return real;
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
		    "there is no '%s'; a target is a file, a folder, npm:NAME@VERSION or "
		    "deb:NAME=VERSION",
		    word);
	return NULL;
}

/* --- roots --- */

gboolean target_is_debian(const gchar *word)
{
	return g_str_has_prefix(word, DEBIAN);
}

static gchar *unpack_root(const TargetRequest *request, const gchar *package, const gchar *python,
			  GError **error)
{
	g_autofree gchar *name = python ? g_strconcat("root-", python, NULL) : g_strdup("root");
	g_autofree gchar *root = make_folder(request, name, error);
	g_autofree gchar *interpreter = python ? g_strconcat("python", python, NULL) : NULL;
	const gchar *const words[] = {"root", root, package, interpreter, NULL};
	g_autofree gchar *said = root ? debian_ask(request->paths, words, error) : NULL;

	return said ? g_steal_pointer(&root) : NULL;
}

gchar *target_root(const TargetRequest *request, const gchar *word, const gchar *python,
		   GError **error)
{
	const gchar *const words[] = {"python", python, NULL};
	g_autoptr(GError) why = NULL;
	gchar *root;

	tell(request,
	     python ? "getting Python of Debian" : "fetching what it depends on from Debian");
	root = target_is_debian(word) ? unpack_root(request, word + strlen(DEBIAN), python, &why)
				      : debian_ask(request->paths, words, &why);
	if (why && !g_error_matches(why, A64RIG_ERROR, A64RIG_ERROR_USAGE))
		g_propagate_error(error, g_steal_pointer(&why));
	return root;
}

/* --- wrappers --- */

static JsonParser *read_manifest(const gchar *path)
{
	static const gchar *const places[] = {"package.json", "package/package.json"};

	for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
		g_autofree gchar *file = g_build_filename(path, places[i], NULL);
		g_autoptr(JsonParser) parser = json_parser_new();

		if (json_parser_load_from_mapped_file(parser, file, NULL))
			return g_steal_pointer(&parser);
	}
	return NULL;
}

/* The names that napi-rs, esbuild, Bun and the like give to what is for arm64 Linux with glibc. */
static gboolean is_for_arm64(const gchar *name)
{
	static const gchar *const ends[] = {"linux-arm64-gnu", "linux-aarch64-gnu", "linux-arm64",
					    "linux-aarch64", "linux-arm64-glibc"};

	for (guint i = 0; i < G_N_ELEMENTS(ends); i++)
		if (g_str_has_suffix(name, ends[i]))
			return TRUE;
	return FALSE;
}

gchar *target_dependency(const gchar *path)
{
	g_autoptr(JsonParser) parser = read_manifest(path);
	JsonNode *root = parser ? json_parser_get_root(parser) : NULL;
	JsonNode *node =
		root && JSON_NODE_HOLDS_OBJECT(root)
			? json_object_get_member(json_node_get_object(root), "optionalDependencies")
			: NULL;
	JsonObjectIter iter;
	const gchar *name;
	JsonNode *version;

	if (!node || !JSON_NODE_HOLDS_OBJECT(node))
		return NULL;
	json_object_iter_init(&iter, json_node_get_object(node));
	while (json_object_iter_next(&iter, &name, &version))
		if (is_for_arm64(name) && json_node_get_value_type(version) == G_TYPE_STRING) {
			const gchar *text = json_node_get_string(version);

			return g_strdup_printf("npm:%s@%s", name, text + strspn(text, "^~="));
		}
	return NULL;
}
