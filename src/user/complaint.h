/*
 * complaint - what QEMU's user mode itself says when it, not the program, goes wrong.
 */
#ifndef USER_COMPLAINT_H
#define USER_COMPLAINT_H

#include <glib.h>

/* The line of a failed run's standard error by which QEMU itself, not the program, says what went
 * wrong; NULL where there is none. (QEMU: error_report(), linux-user/main.c, elfload.c; GLib's
 * g_assert and g_error.) Caller frees. */
gchar *qemu_complaint(const gchar *err);

#endif
