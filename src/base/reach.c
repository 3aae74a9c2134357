#include "base/reach.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Through its folder, because the name of a socket is short. */
int reach_socket(const gchar *path)
{
	g_autofree gchar *folder = g_path_get_dirname(path);
	g_autofree gchar *base = g_path_get_basename(path);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int in = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", in, base);
	if (in < 0 || file < 0 || connect(file, (struct sockaddr *)&address, sizeof address)) {
		if (file >= 0)
			close(file);
		file = -1;
	}
	if (in >= 0)
		close(in);
	return file;
}
