/* network PORT SOCKET: fails where the host's TCP port or abstract socket answers. */
#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static int answers(int family, const void *address, socklen_t size, const char *what)
{
	int endpoint = socket(family, SOCK_STREAM, 0);

	if (endpoint < 0 || connect(endpoint, address, size))
		return 0;
	fprintf(stderr, "%s could be reached\n", what);
	return 1;
}

int main(int argc, char **argv)
{
	struct sockaddr_in host = {.sin_family = AF_INET};
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int broken;

	if (argc != 3)
		return 2;
	host.sin_port = htons((unsigned short)atoi(argv[1]));
	host.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	strncpy(name.sun_path + 1, argv[2], sizeof name.sun_path - 2);
	broken = answers(AF_INET, &host, sizeof host, "the host's loopback");
	broken |= answers(AF_UNIX, &name,
			  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(argv[2])),
			  "the host's abstract socket");
	return broken;
}
