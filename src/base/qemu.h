/*
 * qemu - the QEMU programs: where they are, their versions, the CPU models that they know.
 */
#ifndef BASE_QEMU_H
#define BASE_QEMU_H

#include <glib.h>

typedef struct {
	gchar *path;    /* absolute, symbolic links resolved */
	gchar *version; /* "qemu-aarch64 7.2.22" */
	gchar **models; /* as -cpu help lists them; ends with NULL */
} Qemu;

typedef enum { QEMU_USER, QEMU_SYSTEM } QemuKind;

/* $A64RIG_QEMU, or qemu-aarch64 in PATH; $A64RIG_QEMU_SYSTEM, or qemu-system-aarch64. Error (rig)
 * where there is none, or it does not answer. */
Qemu *qemu_new(QemuKind kind, GError **error);
void qemu_free(Qemu *qemu);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Qemu, qemu_free)

/* Only where it is; asked nothing. Error (rig). Caller frees. */
gchar *qemu_find(QemuKind kind, GError **error);

/* The version of QEMU's plugin interface that a plugin for it has to be built for: 1, or from QEMU
 * 9 on 2. 0 where it takes no plugins, as static builds do. */
guint qemu_plugin_version(const Qemu *qemu);

/* A value for an option of QEMU, in which a comma is written twice. Caller frees. */
gchar *qemu_escape(const gchar *value);

gboolean qemu_has_model(const Qemu *qemu, const gchar *model);

#endif
