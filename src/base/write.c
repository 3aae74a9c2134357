#include "base/write.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

gboolean write_all(int file, gconstpointer bytes, gsize length)
{
	const guint8 *from = bytes;

	while (length) {
		ssize_t count = write(file, from, length);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return FALSE;
		from += count;
		length -= (gsize)count;
	}
	return TRUE;
}

gboolean send_all(int socket, gconstpointer bytes, gsize length)
{
	const guint8 *from = bytes;

	while (length) {
		ssize_t count = send(socket, from, length, MSG_NOSIGNAL);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return FALSE;
		from += count;
		length -= (gsize)count;
	}
	return TRUE;
}
