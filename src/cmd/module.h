/*
 * module - the part of the command that is loaded only when it is needed: guests and their images.
 *
 * libvirt and libguestfs bring forty libraries along, which cost each start 13 ms; and where they
 * are not installed all the rest still works.
 */
#ifndef CMD_MODULE_H
#define CMD_MODULE_H

#include <glib.h>

/* The module's symbol of that name; the module is loaded at the first call and stays. NULL and
 * error (rig) where it cannot be loaded. */
gpointer module_symbol(const gchar *name, GError **error);

#endif
