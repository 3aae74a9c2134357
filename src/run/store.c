#include "run/store.h"

#include "artefact/package.h"
#include "base/error.h"
#include "run/addon.h"
#include "run/library.h"

enum { AT_ONCE = 4 }; /* packages */

/* A package on its way. */
typedef struct {
	Store *store;
	const Subject *subject;
	EngineNews news;
	gpointer data;
	GCancellable *cancellable;
	Package *package;
	GError *error;
} Fetch;

Store *store_new(const Paths *paths)
{
	Store *store = g_new0(Store, 1);

	store->paths = paths;
	store->sysroot = g_build_filename(paths->prepared, "sysroot", NULL);
	store->packages = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						(GDestroyNotify)package_free);
	store->lacking = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	store->files =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_strfreev);
	return store;
}

void store_free(Store *store)
{
	if (!store)
		return;
	g_free(store->sysroot);
	g_hash_table_unref(store->packages);
	g_hash_table_unref(store->lacking);
	g_hash_table_unref(store->files);
	g_free(store);
}

static void fetch(gpointer item, gpointer data)
{
	Fetch *self = item;

	(void)data;
	self->package =
		package_get(self->store->paths, self->subject->package, self->subject->integrity,
			    self->news, self->data, self->cancellable, &self->error);
}

/* What a manifest names may be out of reach today; what the user named must be there. */
static gboolean settle(Store *store, Fetch *self, GError **error)
{
	const Subject *subject = self->subject;

	if (self->package) {
		g_hash_table_insert(store->packages, g_strdup(subject->package),
				    g_steal_pointer(&self->package));
		return TRUE;
	}
	if (subject->file && !g_cancellable_is_cancelled(self->cancellable)) {
		g_hash_table_insert(store->lacking, g_strdup(subject->name),
				    g_strdup(self->error->message));
		g_clear_error(&self->error);
		return TRUE;
	}
	if (error && !*error)
		g_propagate_prefixed_error(error, g_steal_pointer(&self->error),
					   "subject '%s': ", subject->name);
	g_clear_error(&self->error);
	return FALSE;
}

gboolean store_fetch(Store *store, const GPtrArray *subjects, EngineNews news, gpointer data,
		     GCancellable *cancellable, GError **error)
{
	g_autofree Fetch *fetches = g_new0(Fetch, subjects->len);
	GThreadPool *pool = g_thread_pool_new(fetch, NULL, AT_ONCE, FALSE, NULL);
	gboolean all = TRUE;

	for (guint i = 0; i < subjects->len; i++) {
		const Subject *subject = g_ptr_array_index(subjects, i);

		fetches[i] = (Fetch){.store = store,
				     .subject = subject,
				     .news = news,
				     .data = data,
				     .cancellable = cancellable};
		if (!subject->package)
			continue;
		fetches[i].package =
			package_find(store->paths, subject->package, subject->integrity);
		if (!fetches[i].package)
			g_thread_pool_push(pool, &fetches[i], NULL);
	}
	g_thread_pool_free(pool, FALSE, TRUE);
	for (guint i = 0; i < subjects->len; i++)
		if (fetches[i].subject->package && !settle(store, &fetches[i], error))
			all = FALSE;
	return all;
}

gboolean store_not_prepared(const Store *store, const gchar *what, GError **error)
{
	g_autofree gchar *command = paths_prepare_command(store->paths);

	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "%s is not there; run '%s'", what,
		    command);
	return FALSE;
}

const gchar *store_lacks(Store *store, const Subject *subject)
{
	g_autofree gchar *name = g_strconcat(subject->name, ".unavailable", NULL);
	g_autofree gchar *path = g_build_filename(store->paths->prepared, "subjects", name, NULL);
	const gchar *known = g_hash_table_lookup(store->lacking, subject->name);
	gchar *reason = NULL;

	if (known || subject->path || subject->package ||
	    !g_file_get_contents(path, &reason, NULL, NULL))
		return known;
	g_hash_table_insert(store->lacking, g_strdup(subject->name), g_strchomp(reason));
	return reason;
}

/* NULL without an error for the libc's own allocator. */
static gchar *path_of(Store *store, const Subject *subject, GError **error)
{
	const gchar *inner = subject->file ? subject->file : subject->library;

	if (subject->path)
		return g_strdup(subject->path);
	if (subject->package) {
		const Package *package = g_hash_table_lookup(store->packages, subject->package);

		return inner ? g_build_filename(package->folder, inner, NULL)
			     : addon_of(package->folder, subject->package, store->sysroot, error);
	}
	if (!inner)
		return NULL;
	if (g_path_is_absolute(inner))
		return g_build_filename(store->sysroot, inner, NULL);
	return g_build_filename(store->paths->prepared, "subjects", inner, NULL);
}

static gchar **check_program(const Store *store, const gchar *path, GError **error)
{
	g_autoptr(GStrvBuilder) files = g_strv_builder_new();

	if (!program_check(path, store->sysroot, error))
		return NULL;
	g_strv_builder_add(files, path);
	return g_strv_builder_end(files);
}

static gchar **find(Store *store, const Subject *subject, GError **error)
{
	g_autoptr(GError) why = NULL;
	g_autofree gchar *path = path_of(store, subject, &why);
	gchar **files = NULL;

	if (!path && !why)
		return g_new0(gchar *, 1);
	if (path && !subject->path && !g_file_test(path, G_FILE_TEST_EXISTS)) {
		if (!subject->package)
			store_not_prepared(store, path, error);
		else
			g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
				    "subject '%s': %s has no file %s", subject->name,
				    subject->package, subject->file);
		return NULL;
	}
	if (path)
		files = subject->kind == SUBJECT_PROGRAM
				? check_program(store, path, &why)
				: library_files(path, store->sysroot, subject_libc(subject), &why);
	if (!files)
		g_propagate_prefixed_error(error, g_steal_pointer(&why),
					   "subject '%s': ", subject->name);
	return files;
}

gchar **store_files(Store *store, const Subject *subject, GError **error)
{
	gchar **files = g_hash_table_lookup(store->files, subject->name);

	if (files)
		return files;
	files = find(store, subject, error);
	if (files)
		g_hash_table_insert(store->files, subject->name, files);
	return files;
}
