#include "sys/pump.h"

#include <unistd.h>

#include "base/write.h"

enum {
	WOULD_BLOCK = -2, /* of virStreamSend() and virStreamRecv() */
	PAUSE = 1000,     /* microseconds between two tries to send: orders fit at once */
};

struct Pump {
	virStreamPtr stream;
	GMutex mutex; /* guards file, which two threads may close */
	int file;     /* -1: closed */
};

static void shut(Pump *pump)
{
	if (pump->file < 0)
		return;
	close(pump->file);
	pump->file = -1;
	virStreamEventRemoveCallback(pump->stream);
}

static void on_stream(virStreamPtr stream, int events, void *data)
{
	Pump *pump = data;
	gchar bytes[65536];
	int count;

	g_mutex_lock(&pump->mutex);
	do {
		count = pump->file < 0 ? 0 : virStreamRecv(stream, bytes, sizeof bytes);
	} while (count > 0 && write_all(pump->file, bytes, (gsize)count));
	if (count != WOULD_BLOCK || events & (VIR_STREAM_EVENT_HANGUP | VIR_STREAM_EVENT_ERROR))
		shut(pump);
	g_mutex_unlock(&pump->mutex);
}

Pump *pump_new(virStreamPtr stream, int file)
{
	const int events =
		VIR_STREAM_EVENT_READABLE | VIR_STREAM_EVENT_HANGUP | VIR_STREAM_EVENT_ERROR;
	Pump *pump = g_new0(Pump, 1);

	g_mutex_init(&pump->mutex);
	pump->stream = stream;
	pump->file = file;
	if (virStreamEventAddCallback(stream, events, on_stream, pump, NULL))
		shut(pump);
	return pump;
}

gboolean pump_send(Pump *pump, const guint8 *bytes, gsize length)
{
	while (length) {
		int count = virStreamSend(pump->stream, (const char *)bytes, length);

		if (count == WOULD_BLOCK)
			g_usleep(PAUSE);
		else if (count < 0)
			return FALSE;
		else
			bytes += count, length -= (gsize)count;
	}
	return TRUE;
}

void pump_free(Pump *pump)
{
	if (!pump)
		return;
	g_mutex_lock(&pump->mutex);
	shut(pump);
	g_mutex_unlock(&pump->mutex);
	virStreamAbort(pump->stream);
	virStreamFree(pump->stream);
	g_mutex_clear(&pump->mutex);
	g_free(pump);
}
