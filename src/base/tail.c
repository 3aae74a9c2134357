#include "base/tail.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

gchar *tail_text(int file)
{
	g_autofree gchar *buffer = g_malloc(TAIL_BYTES);
	struct stat status;
	const gchar *start = buffer;
	ssize_t count;

	if (fstat(file, &status))
		return g_strdup("");
	count = pread(file, buffer, TAIL_BYTES, MAX(0, status.st_size - TAIL_BYTES));
	if (count <= 0)
		return g_strdup("");
	if (status.st_size > TAIL_BYTES) {
		const gchar *feed = memchr(buffer, '\n', (gsize)count);

		start = feed ? feed + 1 : buffer;
	}
	return g_utf8_make_valid(start, count - (start - buffer));
}

gchar *tail_last_line(const gchar *text)
{
	g_autofree gchar *copy = g_strchomp(g_strdup(text));
	const gchar *feed = strrchr(copy, '\n');

	return g_strdup(feed ? feed + 1 : *copy ? copy : "no reason given");
}
