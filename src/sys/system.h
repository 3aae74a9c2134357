/*
 * system - the system engine: each profile is a guest that QEMU emulates whole, with a real kernel,
 * run through libvirt.
 *
 * prepare() puts cases and subjects on a data disk and boots each profile once; each run then
 * starts from that profile's snapshot, in a fresh guest.
 */
#ifndef SYS_SYSTEM_H
#define SYS_SYSTEM_H

#include "base/paths.h"
#include "model/engine.h"
#include "model/image.h"

typedef struct {
	const gchar *uri;  /* of libvirt; NULL: the embedded driver */
	const gchar *pool; /* of libvirt's storage, with a URI; NULL: "default" */
	gboolean share;    /* several runs use one guest, one after the other */
} SystemOptions;

/* The image becomes the engine's; paths and options' strings must outlive it. Error (rig) where
 * guests cannot be run here, with what is missing. Close it with its close(). */
Engine *system_engine_new(const Paths *paths, const SystemOptions *options, Image *image,
			  GError **error);

#endif
