/*
 * domain - the libvirt domain of a guest, as XML: rig/domain.xml filled in.
 *
 * libvirt documents the format (formatdomain.html), QEMU the arguments that it has no words for
 * (qemu-system-aarch64(1)): properties of -cpu, and the file that a guest's memory lies in.
 */
#ifndef SYS_DOMAIN_H
#define SYS_DOMAIN_H

#include "model/image.h"
#include "model/profile.h"

/* How a guest's memory is kept. */
typedef enum {
	DOMAIN_ANONYMOUS, /* as QEMU does by itself */
	DOMAIN_SHARED,    /* in the file, which a snapshot keeps */
	DOMAIN_PRIVATE,   /* the file as a start, copied on write; state comes in by migration */
} DomainMemory;

/* Nothing is owned. Paths are those of the machine that QEMU runs on. */
typedef struct {
	const gchar *name;
	const Profile *profile;
	const gchar *emulator; /* NULL: the one that libvirt finds */
	const gchar *root, *kernel, *initrd, *data;
	const gchar *words;   /* of the kernel command line, beside our own; or NULL */
	const gchar *port;    /* socket of the run port; NULL: libvirt chooses */
	const gchar *debug;   /* the same of the debug port */
	const gchar *console; /* file that the console is written to; NULL: a terminal (pty) */
	DomainMemory memory;
	const gchar *ram;    /* the memory's file, but for DOMAIN_ANONYMOUS */
	const gchar *plugin; /* QEMU's -plugin, with its arguments; or NULL */
} DomainSpec;

/* MiB of memory of a guest. */
enum { DOMAIN_MEMORY = 512 };

/* Can the CPU translate the pages of the image's kernel? One that cannot prints nothing at all.
 * Error (rig). */
gboolean domain_fits(const Profile *profile, const Image *image, GError **error);

/* Fills in the template in the file of that path. Error (rig) where it cannot be read, or names
 * what there is not. Caller frees. */
gchar *domain_xml(const gchar *template, const DomainSpec *spec, GError **error);

#endif
