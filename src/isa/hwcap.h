/*
 * hwcap - what Linux tells programs of the CPU in the auxiliary vector.
 *
 * Bits: arch/arm64/include/uapi/asm/hwcap.h. Names, as /proc/cpuinfo prints them:
 * arch/arm64/kernel/cpuinfo.c, hwcap_str.
 */
#ifndef ISA_HWCAP_H
#define ISA_HWCAP_H

#include <glib.h>

typedef struct {
	guint64 hwcap, hwcap2; /* AT_HWCAP and AT_HWCAP2 */
} Hwcaps;

/* The bits of these names (count of them); names that are not known have none. */
Hwcaps hwcaps_of(gchar *const *names, guint count);

/* The names of these bits; NULL for none. Free with g_strfreev(). */
gchar **hwcaps_names(Hwcaps bits);

/* Is it the kernel, not the CPU, that gives it? */
gboolean hwcap_is_kernels(const gchar *name);

#endif
