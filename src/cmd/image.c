#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/guests.h"
#include "cmd/signals.h"
#include "image/store.h"

typedef struct {
	gboolean force, dry_run, quiet, names;
	Paths *paths;
	GPtrArray *recipes;
	GCancellable *cancellable;
} Options;

/* A line for each step; on a terminal the last is drawn anew with how far it is. */
typedef struct {
	const gchar *name;
	gboolean terminal, quiet;
	guint width;
	gint64 begun, step_begun;
	gchar *step; /* the one under way, or NULL */
} Show;

static const gchar summary[] =
	"Builds and lists guest images: what guests of the system engine boot.";

static const gchar description[] =
	"Commands:\n"
	"  build [NAME...]   build these images (" IMAGE_DEFAULT "), where they are not built\n"
	"  list              all recipes, and the state of their images\n"
	"  show NAME         a recipe, and what its image consists of\n"
	"  remove NAME...    remove what was built\n"
	"\n"
	"A recipe says which Debian suite, packages and kernel an image is made of. Your own are\n"
	"read from images/ in $XDG_CONFIG_HOME/a64rig (~/.config/a64rig). An image is built\n"
	"without root, is verified before each use, and is built anew when its recipe changes.\n"
	"\n"
	"Examples:\n"
	"  a64rig image build\n"
	"  a64rig image build --dry-run debian-12-16k\n"
	"  a64rig image list\n"
	"\n"
	"Exit status: 0 done, 2 usage or a bad recipe, 3 the rig failed.\n";

static void clear(Options *options)
{
	paths_free(options->paths);
	if (options->recipes)
		g_ptr_array_unref(options->recipes);
	g_clear_object(&options->cancellable);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, clear)

static gdouble since(gint64 start)
{
	return (gdouble)(g_get_monotonic_time() - start) / G_USEC_PER_SEC;
}

static void begin_step(Show *show, const gchar *what)
{
	show->step = g_strdup(what);
	show->step_begun = g_get_monotonic_time();
	if (!show->terminal && !show->quiet)
		g_printerr("  %-46s", what);
}

static void end_step(Show *show)
{
	if (show->step && !show->quiet && show->terminal)
		g_printerr("\r\033[K  %-46s", show->step);
	if (show->step && !show->quiet)
		g_printerr(" %6.1f s\n", since(show->step_begun));
	g_clear_pointer(&show->step, g_free);
}

static void draw(const Show *show, gdouble fraction)
{
	g_autofree gchar *line =
		fraction < 0 ? g_strdup_printf("  %s", show->step)
			     : g_strdup_printf("  %s, %.0f %%", show->step, fraction * 100);

	g_printerr("\r\033[K%.*s", show->width ? (int)show->width - 1 : 79, line);
}

static void news(const gchar *what, gdouble fraction, gpointer data)
{
	Show *show = data;

	if (g_strcmp0(what, show->step) != 0) {
		if (!show->step && !show->quiet)
			g_printerr("%s\n", show->name);
		end_step(show);
		begin_step(show, what);
	}
	if (show->terminal && !show->quiet)
		draw(show, fraction);
}

static const Recipe *find(const Options *options, const gchar *name, int *status)
{
	g_autoptr(GError) error = NULL;
	const Recipe *recipe = recipe_find(options->recipes, name, &error);

	if (!recipe)
		*status = cmd_fail(error);
	return recipe;
}

/* The recipes of the words; none: of the default. Borrowed; NULL and status where one is unknown.
 */
static GPtrArray *find_all(const Options *options, int count, gchar **words, int *status)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new();

	for (int i = 0; i < MAX(count, 1); i++) {
		const Recipe *recipe = find(options, count ? words[i] : IMAGE_DEFAULT, status);

		if (!recipe)
			return NULL;
		g_ptr_array_add(found, (gpointer)recipe);
	}
	return g_steal_pointer(&found);
}

static int finish(Show *show, const GError *error)
{
	if (!error)
		end_step(show);
	else if (show->step && !show->quiet)
		g_printerr("%s", show->terminal ? "\r\033[K" : "\n");
	g_clear_pointer(&show->step, g_free);
	if (!error)
		return EXIT_EXPECTED;
	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
		g_printerr("a64rig: interrupted; nothing is left of the build\n");
		return EXIT_INTERRUPTED;
	}
	return cmd_fail(error);
}

static Show new_show(const Options *options, const Recipe *recipe)
{
	return (Show){.name = recipe->name,
		      .terminal = isatty(STDERR_FILENO) != 0,
		      .quiet = options->quiet,
		      .width = cmd_width(STDERR_FILENO),
		      .begun = g_get_monotonic_time()};
}

static int build_one(const Options *options, const Recipe *recipe)
{
	Show show = new_show(options, recipe);
	g_autofree gchar *folder = image_folder(options->paths, recipe);
	g_autoptr(GError) error = NULL;
	gboolean worked;
	int status;

	image_build(options->paths, recipe, options->force, news, &show, options->cancellable,
		    &error);
	worked = !!show.step;
	status = finish(&show, error);
	if (status)
		return status;
	if (worked)
		g_print("%s is built in %s, in %.1f s\n", recipe->name, folder, since(show.begun));
	else
		g_print("%s is ready in %s\n", recipe->name, folder);
	return EXIT_EXPECTED;
}

static int build(const Options *options, int count, gchar **words)
{
	int status = EXIT_EXPECTED;
	g_autoptr(GPtrArray) recipes = find_all(options, count, words, &status);

	for (guint i = 0; recipes && !status && i < recipes->len; i++) {
		const Recipe *recipe = g_ptr_array_index(recipes, i);

		if (options->dry_run) {
			g_autofree gchar *plan = image_plan(options->paths, recipe);

			g_print("%s", plan);
		} else {
			status = build_one(options, recipe);
		}
	}
	return status;
}

static int list(const Options *options, int count, gchar **words)
{
	(void)count;
	(void)words;
	for (guint i = 0; i < options->recipes->len; i++) {
		const Recipe *recipe = g_ptr_array_index(options->recipes, i);
		g_autofree gchar *reason = NULL;
		ImageState state;

		if (options->names) {
			g_print("%s\n", recipe->name);
			continue;
		}
		state = image_state(options->paths, recipe, &reason);
		g_print("%-16s %-9s %s%s%s%s\n", recipe->name, image_state_name(state),
			recipe->description, reason ? " (" : "", reason ? reason : "",
			reason ? ")" : "");
	}
	return EXIT_EXPECTED;
}

static int show(const Options *options, int count, gchar **words)
{
	int status = EXIT_EXPECTED;
	const Recipe *recipe = find(options, words[0], &status);
	g_autofree gchar *text = recipe ? image_describe(options->paths, recipe) : NULL;

	(void)count;
	if (text)
		g_print("%s", text);
	return status;
}

static int remove_all(const Options *options, int count, gchar **words)
{
	int status = EXIT_EXPECTED;
	g_autoptr(GPtrArray) recipes = find_all(options, count, words, &status);

	for (guint i = 0; recipes && !status && i < recipes->len; i++) {
		const Recipe *recipe = g_ptr_array_index(recipes, i);
		Show progress = new_show(options, recipe);
		g_autoptr(GError) error = NULL;

		image_remove(options->paths, recipe, news, &progress, options->cancellable, &error);
		status = finish(&progress, error);
	}
	return status;
}

static const struct {
	const gchar *word;
	int least, most; /* words that follow */
	int (*act)(const Options *options, int count, gchar **words);
} actions[] = {
	{"build", 0, G_MAXINT, build},
	{"list", 0, 0, list},
	{"show", 1, 1, show},
	{"remove", 1, G_MAXINT, remove_all},
};

static int act(Options *options, int count, gchar **words)
{
	g_autoptr(GError) error = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(actions); i++) {
		if (!g_str_equal(words[0], actions[i].word))
			continue;
		if (count - 1 < actions[i].least)
			return cmd_refuse("image", "it takes the name of an image");
		if (count - 1 > actions[i].most)
			return cmd_refuse("image", "that is a word too many");
		options->paths = paths_new(&error);
		options->recipes = options->paths ? image_recipes(options->paths, &error) : NULL;
		if (!options->recipes)
			return cmd_fail(error);
		options->cancellable = g_cancellable_new();
		signals_catch(options->cancellable);
		return actions[i].act(options, count - 1, words + 1);
	}
	return cmd_refuse("image", "image takes build, list, show or remove");
}

int guests_image(int argc, gchar **argv)
{
	g_auto(Options) options = {0};
	const GOptionEntry entries[] = {
		{"force", 0, 0, G_OPTION_ARG_NONE, &options.force,
		 "build: build all of it anew, whatever its state", NULL},
		{"dry-run", 'n', 0, G_OPTION_ARG_NONE, &options.dry_run,
		 "build: print the steps of a whole build, and do nothing", NULL},
		{"names", 0, 0, G_OPTION_ARG_NONE, &options.names,
		 "list: names alone, one a line: for scripts", NULL},
		{"quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "No progress", NULL},
		{NULL},
	};
	int status;

	if (!cmd_parse(&argc, &argv, entries, "image build|list|show|remove [NAME...]", summary,
		       description, TRUE, &status))
		return status;
	if (argc < 2)
		return cmd_refuse("image", "image takes build, list, show or remove");
	return act(&options, argc - 1, argv + 1);
}
