#include "image/store.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/lock.h"
#include "base/tree.h"
#include "image/build.h"
#include "image/fetch.h"

/* What a shell takes as it stands. */
#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+,-./:=@_"

static const gchar *const states[] = {
	[IMAGE_BUILT] = "built",
	[IMAGE_MISSING] = "missing",
	[IMAGE_OUTDATED] = "outdated",
	[IMAGE_DAMAGED] = "damaged",
};

const gchar *image_state_name(ImageState state)
{
	return states[state];
}

GPtrArray *image_recipes(const Paths *paths, GError **error)
{
	g_autofree gchar *ours = g_build_filename(paths->data, "images", NULL);
	g_autofree gchar *own = g_build_filename(paths->config, "images", NULL);
	const gchar *const folders[] = {ours, own, NULL};

	return recipes_load(folders, error);
}

gchar *image_folder(const Paths *paths, const Recipe *recipe)
{
	return g_build_filename(paths->images, recipe->name, NULL);
}

ImageState image_state(const Paths *paths, const Recipe *recipe, gchar **reason)
{
	g_autofree gchar *folder = image_folder(paths, recipe);
	g_auto(Check) check = check_image(paths, recipe, folder);

	*reason = g_steal_pointer(&check.reason);
	return check.state;
}

/* Beside the image: .NAME.suffix, which no recipe can be called. */
static gchar *beside(const Paths *paths, const Recipe *recipe, const gchar *suffix)
{
	g_autofree gchar *name = g_strdup_printf(".%s.%s", recipe->name, suffix);

	return g_build_filename(paths->images, name, NULL);
}

static Image *new_image(const Recipe *recipe, const Record *record, const gchar *folder)
{
	static const gchar *const bootable[] = {"root.qcow2", "kernel", CHECK_INITRD};
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	Image *image = g_new0(Image, 1);

	for (guint i = 0; i < G_N_ELEMENTS(bootable); i++)
		g_checksum_update(sum, (const guchar *)record_part(record, bootable[i])->sha256,
				  -1);
	image->name = g_strdup(recipe->name);
	image->root = g_build_filename(folder, "root.qcow2", NULL);
	image->kernel = g_build_filename(folder, "kernel", NULL);
	image->initrd = g_build_filename(folder, CHECK_INITRD, NULL);
	image->sysroot = g_build_filename(folder, "sysroot", NULL);
	image->release = g_strdup(record->release);
	image->digest = g_strdup(g_checksum_get_string(sum));
	image->page = record->page;
	return image;
}

static void set_state_error(const Recipe *recipe, const Check *check, GError **error)
{
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
		    "the image '%s' is %s%s%s%s; run 'a64rig image build %s'", recipe->name,
		    image_state_name(check->state), check->reason ? " (" : "",
		    check->reason ? check->reason : "", check->reason ? ")" : "", recipe->name);
}

Image *image_open(const Paths *paths, const gchar *name, GError **error)
{
	g_autoptr(GPtrArray) recipes = image_recipes(paths, error);
	const Recipe *recipe = recipes ? recipe_find(recipes, name, error) : NULL;
	g_autofree gchar *folder = recipe ? image_folder(paths, recipe) : NULL;
	g_autofree gchar *inputs = NULL;
	g_auto(Check) check = {0};

	if (!recipe)
		return NULL;
	inputs = check_initrd_inputs(paths, error);
	if (!inputs)
		return NULL;
	check = check_image(paths, recipe, folder);
	if (check.state == IMAGE_BUILT)
		return new_image(recipe, check.record, folder);
	set_state_error(recipe, &check, error);
	return NULL;
}

typedef struct {
	ImageNews tell;
	gpointer data;
} News;

static void tell_of_wait(gpointer data)
{
	const News *news = data;

	news->tell("waiting for another build of it to end", -1, news->data);
}

/* Held as long as the descriptor is open. Whoever has the lock may change the image. */
static int lock(const Paths *paths, const Recipe *recipe, ImageNews tell, gpointer data,
		GCancellable *cancellable, GError **error)
{
	g_autofree gchar *path = beside(paths, recipe, "lock");
	News news = {tell, data};

	if (g_mkdir_with_parents(paths->images, 0755)) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "cannot write in '%s': %s; name another folder with XDG_CACHE_HOME",
			    paths->images, g_strerror(errno));
		return -1;
	}
	return lock_take(path, tell_of_wait, &news, cancellable, error);
}

static gboolean build_new(Build *build, const gchar *folder, GError **error)
{
	g_autofree gchar *new = beside(build->paths, build->recipe, "new");
	g_autofree gchar *log = beside(build->paths, build->recipe, "log");
	gboolean built;

	tree_remove(new);
	if (g_mkdir(new, 0755)) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot make '%s': %s", new,
			    g_strerror(errno));
		return FALSE;
	}
	build->folder = new;
	build->log = log;
	built = build_all(build, error) && tree_replace(new, folder, error);
	tree_remove(new);
	/* Of a failure it tells more than the error does. */
	if (built || g_cancellable_is_cancelled(build->cancellable))
		g_unlink(log);
	return built;
}

gboolean image_build(const Paths *paths, const Recipe *recipe, gboolean force, ImageNews news,
		     gpointer data, GCancellable *cancellable, GError **error)
{
	g_autofree gchar *folder = image_folder(paths, recipe);
	g_autofree gchar *inputs = check_initrd_inputs(paths, error);
	int file = inputs ? lock(paths, recipe, news, data, cancellable, error) : -1;
	g_auto(Check) check = {0};
	Build build = {.paths = paths,
		       .recipe = recipe,
		       .lock = file,
		       .news = news,
		       .data = data,
		       .cancellable = cancellable};
	gboolean built = TRUE;

	if (file < 0)
		return FALSE;
	check = check_image(paths, recipe, folder);
	if (force || check.stale == STALE_ALL) {
		built = build_new(&build, folder, error);
	} else if (check.stale == STALE_INITRD) {
		news("making the initrd", -1, data);
		built = build_initrd(paths, folder, check.record, error);
	}
	close(file);
	return built;
}

/* Under another name first, so that nobody ever sees half of an image. */
gboolean image_remove(const Paths *paths, const Recipe *recipe, ImageNews news, gpointer data,
		      GCancellable *cancellable, GError **error)
{
	g_autofree gchar *folder = image_folder(paths, recipe);
	g_autofree gchar *old = beside(paths, recipe, "new");
	int file = lock(paths, recipe, news, data, cancellable, error);
	gboolean gone;

	if (file < 0)
		return FALSE;
	tree_remove(old);
	gone = !g_rename(folder, old) || errno == ENOENT;
	if (!gone)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot remove '%s': %s", folder,
			    g_strerror(errno));
	tree_remove(old);
	close(file);
	return gone;
}

static void add_command(GString *text, gchar *const *argv)
{
	for (guint i = 0; argv[i]; i++) {
		g_autofree gchar *quoted = g_shell_quote(argv[i]);

		/* Words that need no quotes are easier to read without. */
		g_string_append_printf(text, "%s%s", i ? " " : "",
				       argv[i][strspn(argv[i], PLAIN)] ? quoted : argv[i]);
	}
	g_string_append(text, "\n");
}

gchar *image_plan(const Paths *paths, const Recipe *recipe)
{
	g_autofree gchar *folder = image_folder(paths, recipe);
	g_autofree gchar *new = beside(paths, recipe, "new");
	g_autofree gchar *tar = g_build_filename(new, "packages.tar", NULL);
	g_autofree gchar *guest = check_guest(paths);
	g_auto(GStrv) argv = fetch_command(recipe, new, tar);
	GString *text = g_string_new("# fetch and unpack Debian packages\n");

	add_command(text, argv);
	g_string_append_printf(
		text,
		"# sort what they brought into root.tar, kernel, sysroot/ and the kernel's "
		"modules\n"
		"# choose the modules that a guest needs to mount its disks (depmod, modprobe)\n"
		"# make root.qcow2, %u MiB, with one ext4 file system, and unpack root.tar there "
		"(libguestfs%s)\n"
		"# make the initrd of %s and the modules\n"
		"# take digests, and rename %s to %s\n",
		recipe->size, disk_has_kvm() ? "" : ", emulated: there is no KVM here", guest, new,
		folder);
	return g_string_free(text, FALSE);
}

static void describe_recipe(GString *text, const Recipe *recipe)
{
	g_string_append_printf(text,
			       "%s: %s\n"
			       "  suite      %s\n"
			       "  kernel     %s%s%s, pages of %u KiB\n"
			       "  size       %u MiB\n"
			       "  packages  ",
			       recipe->name, recipe->description, recipe->suite, recipe->kernel,
			       recipe->kernel_suite ? " from " : "",
			       recipe->kernel_suite ? recipe->kernel_suite : "", recipe->page,
			       recipe->size);
	for (guint i = 0; i < recipe->packages_count; i++)
		g_string_append_printf(text, " %s", recipe->packages[i]);
	for (guint i = 0; i < recipe->sources_count; i++)
		g_string_append_printf(text, "\n  source     %s", recipe->sources[i]);
	g_string_append(text, "\n");
}

static void describe_record(GString *text, const Record *record, const gchar *folder)
{
	g_string_append_printf(text, "  folder     %s\n  release    %s\n", folder, record->release);
	for (guint i = 0; i < record->parts_count; i++)
		g_string_append_printf(text, "  sha256     %s  %s\n", record->parts[i].sha256,
				       record->parts[i].name);
	for (guint i = 0; i < record->packages_count; i++)
		g_string_append_printf(text, "  contains   %s\n", record->packages[i]);
}

gchar *image_describe(const Paths *paths, const Recipe *recipe)
{
	g_autofree gchar *folder = image_folder(paths, recipe);
	g_auto(Check) check = check_image(paths, recipe, folder);
	GString *text = g_string_new(NULL);

	describe_recipe(text, recipe);
	g_string_append_printf(text, "  state      %s%s%s\n", image_state_name(check.state),
			       check.reason ? ": " : "", check.reason ? check.reason : "");
	if (check.record)
		describe_record(text, check.record, folder);
	return g_string_free(text, FALSE);
}
