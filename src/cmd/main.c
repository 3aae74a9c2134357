#include <glib.h>

int main(int argc, char **argv)
{
	if (argc == 2 && g_str_equal(argv[1], "--version")) {
		g_print("a64rig %s\n", A64RIG_VERSION);
		return 0;
	}
	g_printerr("usage: a64rig --version\n");
	return 2;
}
