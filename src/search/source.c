#include "search/source.h"

#include <string.h>

#include "artefact/debian.h"
#include "artefact/npm.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/tree.h"
#include "search/git.h"

static void version_free(gpointer data)
{
	Version *version = data;

	g_free(version->id);
	g_free(version->date);
	g_free(version->author);
	g_free(version->subject);
	g_free(version->target);
	g_free(version->command);
	g_free(version);
}

Source *source_new(gchar *name)
{
	Source *source = g_new0(Source, 1);

	source->name = name;
	source->versions = g_ptr_array_new_with_free_func(version_free);
	return source;
}

void source_free(Source *source)
{
	if (!source)
		return;
	g_free(source->name);
	g_ptr_array_unref(source->versions);
	history_free(source->history);
	g_free(source->head);
	g_free(source);
}

Version *source_add(Source *source, gchar *id, gchar *target)
{
	Version *version = g_new0(Version, 1);

	version->id = id;
	version->target = target;
	g_ptr_array_add(source->versions, version);
	return version;
}

/* Each one made from the one before. */
static Source *chained(Source *source)
{
	source->history = history_new(source->versions->len);
	history_chain(source->history);
	return source;
}

gboolean source_find(const Source *source, const gchar *folder, const gchar *word, guint *number,
		     GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree gchar *hash = NULL;
	g_autofree gchar *message = NULL;

	if (folder && *word != '-') {
		g_autofree gchar *commit = g_strconcat(word, "^{commit}", NULL);
		const gchar *const words[] = {"rev-parse", "--quiet", "--verify", commit, NULL};

		hash = git_ask(folder, words, NULL);
	}
	for (guint i = 0; i < source->versions->len; i++) {
		const Version *version = g_ptr_array_index(source->versions, i);

		*number = i;
		if (g_str_equal(version->id, hash ? hash : word))
			return TRUE;
		g_ptr_array_add(names, version->id);
	}
	message = folder ? g_strdup_printf("'%s' is no revision of %s", word, source->name)
			 : nearest_message("version", word, names);
	g_set_error_literal(error, A64RIG_ERROR, A64RIG_ERROR_USAGE, message);
	return FALSE;
}

/* --- npm --- */

static Source *take_npm(const gchar *name, const GPtrArray *versions)
{
	Source *source = source_new(g_strconcat("npm ", name, NULL));
	gboolean released = FALSE;

	for (guint i = 0; i < versions->len; i++)
		released = released ||
			   !strchr(((NpmVersion *)g_ptr_array_index(versions, i))->version, '-');
	for (guint i = 0; i < versions->len; i++) {
		const NpmVersion *version = g_ptr_array_index(versions, i);

		if (released && strchr(version->version, '-'))
			continue;
		source_add(source, g_strdup(version->version),
			   g_strdup_printf("npm:%s@%s", name, version->version))
			->date = g_strdup(version->date);
	}
	return chained(source);
}

Source *source_npm(const SourceRequest *request, const gchar *name, GError **error)
{
	g_autofree gchar *text = g_strdup_printf("npm:%s@0.0.0", name);
	g_autoptr(Word) word = word_new(text, NULL);
	g_autofree gchar *folder = g_dir_make_tmp("a64rig-npm-XXXXXX", NULL);
	const NpmJob job = {.word = word,
			    .folder = folder,
			    .kept = request->paths->packages,
			    .lock = -1,
			    .cancellable = request->cancellable};
	g_autoptr(GPtrArray) versions = NULL;

	if (!word)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "'%s' is no name of an npm package", name);
	if (word && !folder)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "there is no room for temporary files");
	if (word && folder && request->news)
		request->news("asking the registry for all versions", request->data);
	versions = word && folder ? npm_versions(&job, error) : NULL;
	if (folder)
		tree_remove(folder);
	return versions ? take_npm(name, versions) : NULL;
}

/* --- Debian --- */

Source *source_debian(const SourceRequest *request, const gchar *name, GError **error)
{
	const gchar *const words[] = {"versions", name, NULL};
	g_autofree gchar *said = NULL;
	g_auto(GStrv) lines = NULL;
	Source *source;

	if (request->news)
		request->news("asking Debian for all versions", request->data);
	said = debian_ask(request->paths, words, error);
	if (!said)
		return NULL;
	source = source_new(g_strconcat("Debian ", name, NULL));
	lines = g_strsplit(said, "\n", -1);
	for (guint i = 0; lines[i]; i++) {
		g_auto(GStrv) parts = g_strsplit(lines[i], " ", 2);

		if (!parts[0] || !parts[1])
			continue;
		source_add(source, g_strdup(parts[0]), g_strdup_printf("deb:%s=%s", name, parts[0]))
			->subject = g_strdup(parts[1]);
	}
	return chained(source);
}

/* --- a list --- */

static gboolean take_line(Source *source, const gchar *path, guint number, gchar *line,
			  GError **error)
{
	g_autofree gchar *folder = g_path_get_dirname(path);
	gchar *rest;

	g_strstrip(line);
	if (!*line || *line == '#')
		return TRUE;
	rest = line + strcspn(line, " \t");
	if (!*rest) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "%s:%u: '%s' names no target; a line is \"NAME TARGET\" or "
			    "\"NAME ! COMMAND\"",
			    path, number, line);
		return FALSE;
	}
	*rest++ = '\0';
	rest += strspn(rest, " \t");
	if (*rest == '!')
		source_add(source, g_strdup(line), NULL)->command = g_strdup(g_strchug(rest + 1));
	else
		source_add(source, g_strdup(line),
			   g_str_has_prefix(rest, "npm:") || g_str_has_prefix(rest, "deb:")
				   ? g_strdup(rest)
				   : g_canonicalize_filename(rest, folder));
	return TRUE;
}

Source *source_list(const gchar *path, GError **error)
{
	g_autofree gchar *absolute = path_absolute(path);
	g_autoptr(Source) source = source_new(g_strconcat("list ", absolute, NULL));
	g_autoptr(GError) why = NULL;
	g_autofree gchar *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(absolute, &text, NULL, &why)) {
		g_set_error_literal(error, A64RIG_ERROR, A64RIG_ERROR_USAGE, why->message);
		return NULL;
	}
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i]; i++)
		if (!take_line(source, absolute, i + 1, lines[i], error))
			return NULL;
	return chained(g_steal_pointer(&source));
}
