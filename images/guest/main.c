#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

static void boot_and_serve(void)
{
	struct boot boot;

	init_boot(&boot);
	events_open();
	group_make();
	core_open();
	port_open();
	keep_start(&boot);
	serve(boot.once);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "core"))
		return core_hand_on(argv[2]);
	if (getpid() == 1)
		boot_and_serve();
	fprintf(stderr, "a64rig-guest: it is the first process of a guest, and nothing else\n");
	return 2;
}
