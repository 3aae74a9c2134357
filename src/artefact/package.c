#include "artefact/package.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "artefact/index.h"
#include "artefact/integrity.h"
#include "artefact/npm.h"
#include "artefact/unpack.h"
#include "base/error.h"
#include "base/seal.h"
#include "base/tree.h"

/* A package that is being got. */
typedef struct {
	const Paths *paths;
	const Word *word;
	const gchar *wanted; /* integrity; NULL: the registry's */
	Slot *slot;
	gchar *npm;     /* npm's folder in the slot's */
	gchar *made;    /* what is to be the package's place, in the slot's */
	gchar *archive; /* in made */
	gchar *files;   /* in made */
	PackageNews news;
	gpointer data;
	GCancellable *cancellable;
} Get;

static Word *parse(const gchar *text, const gchar *integrity, gchar **wanted, GError **error)
{
	g_autoptr(Word) word = word_new(text, error);

	*wanted = word && integrity ? integrity_parse(integrity) : NULL;
	if (word && integrity && !*wanted) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "the integrity of '%s' is '%s', and should be \"sha512-\" with 64 "
			    "bytes in base64",
			    text, integrity);
		return NULL;
	}
	return g_steal_pointer(&word);
}

gboolean package_check_word(const gchar *text, const gchar *integrity, GError **error)
{
	g_autofree gchar *wanted = NULL;
	g_autoptr(Word) word = parse(text, integrity, &wanted, error);

	return word != NULL;
}

void package_free(Package *package)
{
	if (!package)
		return;
	g_free(package->name);
	g_free(package->version);
	g_free(package->integrity);
	g_free(package->folder);
	g_free(package);
}

static gchar *place_of(const Paths *paths, const gchar *integrity)
{
	g_autofree gchar *name = integrity_to_file_name(integrity);

	return g_build_filename(paths->packages, name, NULL);
}

static Package *new_package(const Paths *paths, const Word *word, const gchar *integrity)
{
	g_autofree gchar *place = place_of(paths, integrity);
	Package *package = g_new0(Package, 1);

	package->name = g_strdup(word->name);
	package->version = g_strdup(word->version);
	package->integrity = g_strdup(integrity);
	package->folder = g_build_filename(place, "package", NULL);
	return package;
}

static Package *find(const Paths *paths, const Word *word, const gchar *wanted)
{
	g_autofree gchar *integrity = index_find(paths->packages, word);
	g_autoptr(Package) package = NULL;

	if (!integrity || (wanted && !g_str_equal(wanted, integrity)))
		return NULL;
	package = new_package(paths, word, integrity);
	return seal_holds(package->folder) ? g_steal_pointer(&package) : NULL;
}

Package *package_find(const Paths *paths, const gchar *text, const gchar *integrity)
{
	g_autofree gchar *wanted = NULL;
	g_autoptr(Word) word = parse(text, integrity, &wanted, NULL);

	return word ? find(paths, word, wanted) : NULL;
}

static void tell(const Get *get, const gchar *what)
{
	g_autofree gchar *line = g_strdup_printf("%s %s", what, get->word->text);

	if (get->news)
		get->news(line, get->data);
}

static void tell_of_wait(gpointer get)
{
	tell(get, "waiting for another rig, which fetches");
}

static NpmJob job_of(const Get *get)
{
	return (NpmJob){.word = get->word,
			.folder = get->npm,
			.kept = get->paths->packages,
			.lock = get->slot->lock,
			.cancellable = get->cancellable};
}

/* What is known, and need not be asked for, is the registry's, too. */
static gchar *integrity_of(const Get *get, GError **error)
{
	NpmJob job = job_of(get);
	g_autofree gchar *integrity = index_find(get->paths->packages, get->word);

	if (!integrity) {
		tell(get, "asking the registry for");
		integrity = npm_integrity(&job, error);
	}
	if (!integrity || !get->wanted || g_str_equal(integrity, get->wanted))
		return g_steal_pointer(&integrity);
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
		    "the integrity of '%s' is %s in the registry, and not %s; correct the one that "
		    "is asked for, or find out who has changed the package",
		    get->word->text, integrity, get->wanted);
	return NULL;
}

/* The archive of a damaged place may be whole. */
static gboolean take_old(const Get *get, const gchar *place, const gchar *integrity)
{
	g_autofree gchar *old = g_build_filename(place, "archive", NULL);
	g_autofree gchar *seen = integrity_of_file(old, NULL);

	return g_strcmp0(seen, integrity) == 0 && !link(old, get->archive);
}

static gboolean fetch(const Get *get, const gchar *integrity, GError **error)
{
	NpmJob job = job_of(get);
	g_autofree gchar *fetched = NULL;
	g_autofree gchar *seen = NULL;

	tell(get, "fetching");
	fetched = npm_fetch(&job, error);
	seen = fetched ? integrity_of_file(fetched, error) : NULL;
	if (!seen)
		return FALSE;
	if (!g_str_equal(seen, integrity))
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "what came of '%s' is not what was published: its integrity is %s, and "
			    "not %s; nothing was kept of it; try again, and look for a proxy that "
			    "changes it",
			    get->word->text, seen, integrity);
	else if (g_rename(fetched, get->archive))
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot make '%s': %s",
			    get->archive, g_strerror(errno));
	else
		return TRUE;
	return FALSE;
}

static gboolean unpack_all(const Get *get, GError **error)
{
	if (unpack(get->archive, get->files, get->cancellable, error))
		return TRUE;
	if (!g_cancellable_is_cancelled(get->cancellable))
		g_prefix_error(error, "'%s' cannot be unpacked, and nothing was kept of it: ",
			       get->word->text);
	return FALSE;
}

static gboolean make(const Get *get, const gchar *integrity, GError **error)
{
	g_autofree gchar *place = place_of(get->paths, integrity);

	if (g_mkdir(get->made, 0755) || g_mkdir(get->files, 0755)) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot make '%s': %s",
			    get->files, g_strerror(errno));
		return FALSE;
	}
	return (take_old(get, place, integrity) || fetch(get, integrity, error)) &&
	       unpack_all(get, error) && seal_write(get->files, error) &&
	       tree_replace(get->made, place, error);
}

static Package *get_locked(const Get *get, GError **error)
{
	g_autofree gchar *integrity = NULL;
	g_autoptr(Package) package = find(get->paths, get->word, get->wanted);

	if (package)
		return g_steal_pointer(&package);
	if (g_mkdir(get->npm, 0700)) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot make '%s': %s", get->npm,
			    g_strerror(errno));
		return NULL;
	}
	integrity = integrity_of(get, error);
	if (!integrity)
		return NULL;
	package = new_package(get->paths, get->word, integrity);
	if ((seal_holds(package->folder) || make(get, integrity, error)) &&
	    slot_remember(get->slot, integrity, error))
		return g_steal_pointer(&package);
	return NULL;
}

static gboolean take_slot(Get *get, GError **error)
{
	get->slot = slot_new(get->paths->packages, get->word, tell_of_wait, get, get->cancellable,
			     error);
	if (!get->slot)
		return FALSE;
	get->npm = g_build_filename(get->slot->folder, "npm", NULL);
	get->made = g_build_filename(get->slot->folder, "made", NULL);
	get->archive = g_build_filename(get->made, "archive", NULL);
	get->files = g_build_filename(get->made, "package", NULL);
	return TRUE;
}

static void get_clear(Get *get)
{
	slot_free(get->slot);
	g_free(get->npm);
	g_free(get->made);
	g_free(get->archive);
	g_free(get->files);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Get, get_clear)

Package *package_get(const Paths *paths, const gchar *text, const gchar *integrity,
		     PackageNews news, gpointer data, GCancellable *cancellable, GError **error)
{
	g_autofree gchar *wanted = NULL;
	g_autoptr(Word) word = parse(text, integrity, &wanted, error);
	Package *package = word ? find(paths, word, wanted) : NULL;
	g_auto(Get) get = {.paths = paths,
			   .word = word,
			   .wanted = wanted,
			   .news = news,
			   .data = data,
			   .cancellable = cancellable};

	if (package || !word)
		return package;
	return take_slot(&get, error) ? get_locked(&get, error) : NULL;
}
