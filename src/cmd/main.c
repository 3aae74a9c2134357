#include <locale.h>
#include <string.h>

#include "base/nearest.h"
#include "cmd/cmd.h"
#include "cmd/guests.h"
#include "cmd/module.h"

static int run_late(const gchar *symbol, int argc, gchar **argv)
{
	g_autoptr(GError) error = NULL;
	GuestsCommand command = (GuestsCommand)module_symbol(symbol, &error);

	return command ? command(argc, argv) : cmd_fail(error);
}

static int run_image(int argc, gchar **argv)
{
	return run_late("guests_image", argc, argv);
}

static int run_shell(int argc, gchar **argv)
{
	return run_late("guests_shell", argc, argv);
}

static const Command image = {"image", "build and list guest images", run_image};
static const Command shell = {"shell", "boot a guest and give it your terminal", run_shell};

static const Command *const commands[] = {&cmd_run,  &cmd_check, &cmd_bisect, &cmd_exec,
					  &cmd_scan, &cmd_audit, &cmd_debug,  &cmd_report,
					  &cmd_list, &image,     &shell,      &cmd_doctor};

static void print_usage(void)
{
	g_print("a64rig runs native arm64 code on an ARMv8.0 CPU and on a newer one, and flags "
		"what "
		"passes\non the newer and dies of SIGILL on the older.\n\n"
		"Usage:\n  a64rig COMMAND [OPTION...]\n\nCommands:\n");
	for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
		g_print("  %-8s %s\n", commands[i]->name, commands[i]->about);
	g_print("\n'a64rig COMMAND --help' tells all of a command; the manual is a64rig(1).\n"
		"Start with 'a64rig doctor', then 'a64rig run'.\n\n"
		"Exit status: 0 nothing unexpected, 1 something flagged or not as expected, 2 "
		"usage or "
		"a bad\ninput file, 3 the rig itself failed, 125 it cannot be told.\n");
}

static int unknown(const gchar *word)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree gchar *message = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
		g_ptr_array_add(names, (gpointer)commands[i]->name);
	message = nearest_message("command", word, names);
	g_printerr("a64rig: %s; see 'a64rig --help'\n", message);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	if (argc < 2) {
		print_usage();
		return EXIT_USAGE;
	}
	if (g_str_equal(argv[1], "--version")) {
		g_print("a64rig %s\n", A64RIG_VERSION);
		return EXIT_EXPECTED;
	}
	if (g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h") ||
	    g_str_equal(argv[1], "help")) {
		print_usage();
		return EXIT_EXPECTED;
	}
	for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
		if (g_str_equal(argv[1], commands[i]->name))
			return commands[i]->run(argc - 1, argv + 1);
	return unknown(argv[1]);
}
