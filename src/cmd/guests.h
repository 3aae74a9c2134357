/*
 * guests - the entries of the module (cmd/module.h): what needs guests or their images.
 */
#ifndef CMD_GUESTS_H
#define CMD_GUESTS_H

#include "base/paths.h"
#include "model/engine.h"
#include "run/request.h"

/* The system engine with the image that the request names. Error (rig). */
typedef Engine *(*GuestsEngine)(const Request *request, GError **error);
Engine *guests_engine(const Request *request, GError **error);

/* Commands, as Command.run. */
typedef int (*GuestsCommand)(int argc, gchar **argv);
int guests_image(int argc, gchar **argv);
int guests_shell(int argc, gchar **argv);

/* For doctor: what there is, in a line. NULL and error (rig) where guests could not be run, or
 * the default image is not built. Callers free. */
typedef gchar *(*GuestsTell)(const Paths *paths, GError **error);
gchar *guests_libvirt(const Paths *paths, GError **error);
gchar *guests_images(const Paths *paths, GError **error);

#endif
