/*
 * qemu - the qemu-aarch64 program: where it is, its version, the CPU models that it knows.
 */
#ifndef USER_QEMU_H
#define USER_QEMU_H

#include <glib.h>

typedef struct {
	gchar *path;    /* absolute, symbolic links resolved */
	gchar *version; /* "qemu-aarch64 7.2.22" */
	gchar **models; /* as -cpu help lists them; ends with NULL */
} Qemu;

/* $A64RIG_QEMU, or qemu-aarch64 in PATH. Error (rig) where there is none, or it does not answer. */
Qemu *qemu_new(GError **error);
void qemu_free(Qemu *qemu);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Qemu, qemu_free)

gboolean qemu_has_model(const Qemu *qemu, const gchar *model);

/* The line of a failed run's standard error by which QEMU itself, not the program, says what went
 * wrong; NULL where there is none. (QEMU: error_report(), linux-user/main.c, elfload.c; GLib's
 * g_assert and g_error.) Caller frees. */
gchar *qemu_complaint(const gchar *err);

#endif
