#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/guests.h"
#include "cmd/signals.h"
#include "image/store.h"
#include "run/plan.h"
#include "sys/shell.h"

enum { ESCAPE = 0x1d }; /* Ctrl-], as telnet and virsh have it */

typedef struct {
	gchar *image, *connect, *pool;
	gboolean dry_run;
} Options;

static const gchar summary[] =
	"Boots a guest with the profile's CPU and gives you its console: a root shell.";

static const gchar description[] = "Examples:\n"
				   "  a64rig shell cortex-a72\n"
				   "  a64rig shell rpi5 --image debian-12-16k\n"
				   "  echo 'cat /proc/cpuinfo' | a64rig shell max\n"
				   "\n"
				   "The guest has no network, and all that is written in it is "
				   "gone with it. It ends when its\n"
				   "shell does (Ctrl-D, exit), or with Ctrl-].\n";

static void clear(Options *options)
{
	g_free(options->image);
	g_free(options->connect);
	g_free(options->pool);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, clear)

static gboolean parse(Options *o, int *argc, gchar ***argv, int *status)
{
	const GOptionEntry entries[] = {
		{"image", 0, 0, G_OPTION_ARG_STRING, &o->image,
		 "The image to boot (" REQUEST_IMAGE "); see 'a64rig image list'", "NAME"},
		{"connect", 0, 0, G_OPTION_ARG_STRING, &o->connect,
		 "Run the guest where this libvirt URI leads to (in the command itself)", "URI"},
		{"pool", 0, 0, G_OPTION_ARG_STRING, &o->pool,
		 "With --connect: the storage pool that the image is sent to (default)", "NAME"},
		{"dry-run", 'n', 0, G_OPTION_ARG_NONE, &o->dry_run,
		 "Print the libvirt domain, and boot nothing", NULL},
		{NULL},
	};

	return cmd_parse(argc, argv, entries, "shell [OPTION...] PROFILE", summary, description,
			 TRUE, status);
}

/* The terminal as it was, to be set again. FALSE: standard input is none. */
static gboolean make_raw(struct termios *before)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, before))
		return FALSE;
	raw = *before;
	cfmakeraw(&raw);
	return !tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

static int attach(Shell *shell)
{
	g_autoptr(GCancellable) cancellable = g_cancellable_new();
	g_autoptr(GError) error = NULL;
	struct winsize size;
	struct termios before;
	gboolean terminal, fine;

	signals_catch(cancellable);
	if (shell->escape)
		g_printerr("a64rig: booting %s; Ctrl-] ends the guest\n", shell->profile->name);
	if (!ioctl(STDIN_FILENO, TIOCGWINSZ, &size)) {
		shell->rows = size.ws_row;
		shell->columns = size.ws_col;
	}
	terminal = make_raw(&before);
	fine = shell_run(shell, cancellable, &error);
	if (terminal) {
		tcsetattr(STDIN_FILENO, TCSANOW, &before);
		g_printerr("\n");
	}
	if (!fine)
		return cmd_fail(error);
	return g_cancellable_is_cancelled(cancellable) ? EXIT_INTERRUPTED : EXIT_EXPECTED;
}

static int print_domain(const Shell *shell)
{
	g_autoptr(GError) error = NULL;
	g_autofree gchar *xml = shell_domain(shell, &error);

	if (!xml)
		return cmd_fail(error);
	g_print("%s", xml);
	return EXIT_EXPECTED;
}

static int with_profile(const Options *options, const gchar *name)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Paths) paths = paths_new(&error);
	g_autoptr(Plan) plan = paths ? plan_load(paths, &error) : NULL;
	const Profile *profile = plan ? profile_find(plan->profiles, name, &error) : NULL;
	g_autoptr(Image) image =
		profile ? image_open(paths, options->image ? options->image : REQUEST_IMAGE, &error)
			: NULL;
	Shell shell = {.paths = paths,
		       .uri = options->connect,
		       .pool = options->pool,
		       .profile = profile,
		       .image = image,
		       .term = g_getenv("TERM"),
		       .escape = isatty(STDIN_FILENO) ? ESCAPE : 0,
		       .in = STDIN_FILENO,
		       .out = STDOUT_FILENO};

	if (!image || !shell_check(&shell, &error))
		return cmd_fail(error);
	return options->dry_run ? print_domain(&shell) : attach(&shell);
}

int guests_shell(int argc, gchar **argv)
{
	g_auto(Options) options = {0};
	int status;

	if (!parse(&options, &argc, &argv, &status))
		return status;
	if (argc == 2)
		return with_profile(&options, argv[1]);
	g_printerr("a64rig: shell takes one profile; see 'a64rig shell --help', or 'a64rig list "
		   "profiles'\n");
	return EXIT_USAGE;
}
