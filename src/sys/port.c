#include "sys/port.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/write.h"
#include "sys/pump.h"

struct Port {
	int file;
	Pump *pump; /* of a stream; NULL: the file is the socket itself */
};

static Port *new_port(int file, Pump *pump)
{
	Port *port = g_new(Port, 1);

	*port = (Port){.file = file, .pump = pump};
	return port;
}

Port *port_connect(const gchar *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	if (file >= 0 && !connect(file, (struct sockaddr *)&address, sizeof address))
		return new_port(file, NULL);
	if (file >= 0)
		close(file);
	return NULL;
}

Port *port_tunnel(virDomainPtr domain, const gchar *name)
{
	virStreamPtr stream = virStreamNew(virDomainGetConnect(domain), VIR_STREAM_NONBLOCK);
	int ends[2];

	if (stream && !virDomainOpenChannel(domain, name, stream, 0) &&
	    !socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return new_port(ends[0], pump_new(stream, ends[1]));
	if (stream)
		virStreamFree(stream);
	return NULL;
}

void port_close(Port *port)
{
	if (!port)
		return;
	pump_free(port->pump);
	close(port->file);
	g_free(port);
}

gboolean port_send(Port *port, const guint8 *bytes, gsize length)
{
	return port->pump ? pump_send(port->pump, bytes, length)
			  : send_all(port->file, bytes, length);
}

int port_file(const Port *port)
{
	return port->file;
}
