/*
 * view - what a program that runs in somebody else's place, `a64rig exec`, sees of this host.
 *
 * place                                            the program sees it
 * /                                                as it is, read-only, but for what follows
 * /home, /root, the user's home, /run, /mnt,
 * /media, /tmp, /var/tmp, $TMPDIR                  empty, its own, and gone when it ends
 * /dev, /proc                                      new ones: few devices, its own processes
 * the program's work tree and folder, the sysroot  read-only
 * the working folder and its work tree             writable, but for .git
 * what is bound                                    writable
 *
 * A work tree's top is the outermost folder, among those above that are the user's own, that holds
 * one of: .git, CMakeCache.txt, meson-private, config.status, Cargo.toml. The sources that a
 * CMakeCache.txt names are shown, too, where they are the user's own and hold a CMakeLists.txt. No
 * place of the second row is ever shown or written as a whole, nor one above it, unless it is bound
 * by name.
 */
#ifndef USER_VIEW_H
#define USER_VIEW_H

#include <glib.h>

typedef struct {
	const gchar *folder;        /* the working folder, without links */
	const gchar *program;       /* its path, absolute */
	const gchar *const *needed; /* files and folders that are to be seen whatever they lie in:
				       the sysroot, the emulator; ends with NULL */
	const gchar *const *bound;  /* folders that are to be written; ends with NULL */
} View;

/* bubblewrap's arguments for it. */
void view_add(const View *view, GStrvBuilder *argv);

/* Can the program write in its working folder, as far as the sandbox goes? */
gboolean view_keeps_folder(const View *view);

#endif
