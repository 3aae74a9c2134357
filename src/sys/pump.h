/*
 * pump - a libvirt stream as a file descriptor: what a guest on another machine says comes through
 * the connection to its libvirt daemon.
 */
#ifndef SYS_PUMP_H
#define SYS_PUMP_H

#include <glib.h>
#include <libvirt/libvirt.h>

typedef struct Pump Pump;

/* Copies all that the stream (VIR_STREAM_NONBLOCK) brings to the file, from libvirt's event loop,
 * until it ends; then the file is closed. Stream and file become the pump's. */
Pump *pump_new(virStreamPtr stream, int file);

/* Sends into the stream. FALSE where it has ended. */
gboolean pump_send(Pump *pump, const guint8 *bytes, gsize length);

/* Ends the stream; nothing is written to the file any more. */
void pump_free(Pump *pump);

#endif
