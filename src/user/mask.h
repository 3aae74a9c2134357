/*
 * mask - hides HWCAPs from a program that has not run yet.
 *
 * QEMU tells a program of all that its CPU model has, and no option changes that. But a debugger
 * may change the program's memory: where QEMU waits for one (-g), this is it for a moment. It
 * follows the stack from its pointer over argc, argv and envp to the auxiliary vector (kernel
 * Documentation: ELF process entry, fs/binfmt_elf.c, create_elf_tables), takes bits out of AT_HWCAP
 * and AT_HWCAP2, and lets it run. The protocol: gdb's manual, "Remote Protocol".
 */
#ifndef USER_MASK_H
#define USER_MASK_H

#include <gio/gio.h>

#include "model/profile.h"

typedef struct Mask Mask;

/* Waits, in a thread of its own, for the stub's socket at that path, and leaves the program no
 * HWCAPs but the profile's. The profile must outlive it. */
Mask *mask_start(const gchar *stub, const Profile *told);

/* To be called when the program has ended. *masked: the names of what was hidden, or NULL where
 * there was nothing to hide; free with g_strfreev(). Error (rig) where the stub did not do what it
 * was asked. */
gboolean mask_end(Mask *mask, gchar ***masked, GError **error);

#endif
