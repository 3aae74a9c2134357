#include "cmd/cmd.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "report/text.h"

int cmd_refuse(const gchar *command, const gchar *message)
{
	g_printerr("a64rig: %s; see 'a64rig %s --help'\n", message, command);
	return EXIT_USAGE;
}

/* GOption writes a usage line of its own; ours names the command. */
static void print_help(GOptionContext *context, const gchar *usage)
{
	g_autofree gchar *help = g_option_context_get_help(context, TRUE, NULL);
	const gchar *rest = strstr(help, "\n\n");

	g_print("Usage:\n  a64rig %s%s", usage, rest ? rest : "\n");
}

gboolean cmd_parse(int *argc, gchar ***argv, const GOptionEntry *entries, const gchar *usage,
		   const gchar *summary, const gchar *description, CmdWords words, int *status)
{
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autofree gchar *command = g_strdup((*argv)[0]);
	g_autoptr(GError) error = NULL;
	gboolean help = FALSE;
	const GOptionEntry own[] = {
		{"help", 'h', 0, G_OPTION_ARG_NONE, &help, "Show this help", NULL}, {NULL}};

	g_set_prgname("a64rig");
	g_option_context_set_help_enabled(context, FALSE);
	g_option_context_set_strict_posix(context, words == CMD_PROGRAM);
	g_option_context_add_main_entries(context, entries, NULL);
	g_option_context_add_main_entries(context, own, NULL);
	g_option_context_set_summary(context, summary);
	g_option_context_set_description(context, description);
	if (!g_option_context_parse(context, argc, argv, &error)) {
		*status = cmd_refuse(command, error->message);
		return FALSE;
	}
	if (help) {
		print_help(context, usage);
		*status = EXIT_EXPECTED;
		return FALSE;
	}
	if (words == CMD_NO_WORDS && *argc > 1) {
		g_autofree gchar *message = g_strdup_printf("unexpected word '%s'", (*argv)[1]);

		*status = cmd_refuse(command, message);
		return FALSE;
	}
	return TRUE;
}

int cmd_fail(const GError *error)
{
	g_autofree gchar *message = text_clean_lines(error->message);

	g_printerr("a64rig: %s\n", message);
	return error_exit_status(error);
}

gboolean cmd_colour(int file)
{
	const gchar *unwanted = g_getenv("NO_COLOR");
	const gchar *terminal = g_getenv("TERM");

	return isatty(file) && !(unwanted && *unwanted) && g_strcmp0(terminal, "dumb") != 0;
}

guint cmd_width(int file)
{
	struct winsize size;

	return !ioctl(file, TIOCGWINSZ, &size) ? size.ws_col : 0;
}
