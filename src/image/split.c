#include "image/split.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "archive/place.h"
#include "archive/writer.h"
#include "base/error.h"
#include "image/fetch.h"

#define KERNEL  "boot/vmlinuz-"
#define MODULES "usr/lib/modules/"

enum { BLOCK = 1 << 18 };

static const ReaderLimits limits = {.entries = 1000000, .bytes = G_GUINT64_CONSTANT(64) << 30};

/* What no guest needs: a path that begins so is left out. */
static const gchar *const left_out[] = {
	"boot/",
	"dev/",
	"etc/apt/",
	"etc/cron",
	"etc/fstab",
	"etc/hostname",
	"etc/init.d/",
	"etc/logrotate.d/",
	"etc/rc",
	"etc/resolv.conf",
	"run/",
	"tmp/",
	"usr/include/",
	"usr/lib/linux-image-",
	"usr/lib/modules",
	"usr/lib/systemd/",
	"usr/lib/udev/",
	"usr/share/base-files/",
	"usr/share/bash-completion/",
	"usr/share/bug/",
	"usr/share/doc-base/",
	"usr/share/doc/",
	"usr/share/info/",
	"usr/share/lintian/",
	"usr/share/locale/",
	"usr/share/man/",
	"usr/share/menu/",
	"var/cache/",
	"var/lib/apt/",
	"var/lib/dpkg/",
	"var/log/",
};

/* What the packages' scripts would have made, and where guests mount. */
static const struct {
	const gchar *path;
	guint mode;
	const gchar *text; /* NULL: a folder */
} put_in[] = {
	{"dev", 0755, NULL},
	{"proc", 0555, NULL},
	{"rig", 0755, NULL},
	{"root", 0700, NULL},
	{"run", 0755, NULL},
	{"sys", 0555, NULL},
	{"tmp", 01777, NULL},
	{"var/tmp", 01777, NULL},
	{"etc/group", 0644, "root:x:0:\nrig:x:1000:\nnogroup:x:65534:\n"},
	{"etc/hostname", 0644, "a64rig\n"},
	{"etc/hosts", 0644, "127.0.0.1 localhost a64rig\n::1 localhost\n"},
	{"etc/nsswitch.conf", 0644, "passwd: files\ngroup: files\nhosts: files\n"},
	{"etc/passwd", 0644,
	 "root:x:0:0:root:/root:/bin/bash\nrig:x:1000:1000:rig:/rig/run:/bin/bash\n"
	 "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"},
};

/* Of the kernel's modules only these can be needed; depmod reads them all. */
static const gchar *const module_folders[] = {
	"arch/",           "block/", "crypto/", "drivers/block/", "drivers/char/",
	"drivers/virtio/", "fs/",    "kernel/", "lib/",           "mm/",
};

/* Links that lead to libraries and programs stand in these. */
static const gchar *const link_folders[] = {"usr/bin/", "usr/lib/", "usr/libexec/", "usr/sbin/"};

typedef struct {
	Reader *reader;
	Writer *root;
	int sysroot, modules, folder;
	GHashTable *placed; /* paths of the sysroot's files */
	GHashTable *kept;   /* paths of the root's files */
	Split *result;
	GByteArray *packages;
	gchar *buffer;
} State;

static gboolean begins(const gchar *path, const gchar *const *prefixes, guint count)
{
	for (guint i = 0; i < count; i++)
		if (g_str_has_prefix(path, prefixes[i]))
			return TRUE;
	return FALSE;
}

static gboolean write_all(int file, const gchar *bytes, gsize size, GError **error)
{
	while (size) {
		ssize_t count = write(file, bytes, size);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0) {
			g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot unpack: %s",
				    g_strerror(errno));
			return FALSE;
		}
		bytes += count;
		size -= (gsize)count;
	}
	return TRUE;
}

static gboolean finish_file(int file, gboolean fine, GError **error)
{
	if (file >= 0 && close(file) && fine) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot unpack: %s",
			    g_strerror(errno));
		return FALSE;
	}
	return fine;
}

/* The whole of the entry's file into one below folder. */
static gboolean save(State *state, int folder, const gchar *path, guint mode, GError **error)
{
	int file = place_file(folder, path, mode, error);
	gssize count = file < 0 ? -1 : 1;

	while (count > 0) {
		count = reader_read(state->reader, state->buffer, BLOCK, error);
		if (count > 0 && !write_all(file, state->buffer, (gsize)count, error))
			count = -1;
	}
	return finish_file(file, !count, error);
}

static gboolean take_packages(State *state, GError **error)
{
	gssize count;

	while ((count = reader_read(state->reader, state->buffer, BLOCK, error)) > 0)
		g_byte_array_append(state->packages, (guint8 *)state->buffer, (guint)count);
	return !count;
}

static gboolean take_kernel(State *state, const Entry *entry, GError **error)
{
	if (state->result->release) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "the packages bring two kernels, %s and %s", state->result->release,
			    entry->path + strlen(KERNEL));
		return FALSE;
	}
	state->result->release = g_strdup(entry->path + strlen(KERNEL));
	return save(state, state->folder, "kernel", 0644, error);
}

static gboolean take_module(State *state, const Entry *entry, GError **error)
{
	const gchar *kernel = strstr(entry->path, "/kernel/");

	if (entry->kind != ENTRY_FILE ||
	    (kernel &&
	     !begins(kernel + strlen("/kernel/"), module_folders, G_N_ELEMENTS(module_folders))))
		return TRUE;
	return save(state, state->modules, entry->path + strlen("usr/"), 0644, error);
}

/* To the root and, where it is an ELF file, to the sysroot, too. */
static gboolean take_file(State *state, const Entry *entry, GError **error)
{
	gssize count = reader_read(state->reader, state->buffer, BLOCK, error);
	int copy = -1;
	gboolean fine = count >= 0;

	if (count > 4 && !memcmp(state->buffer, "\177ELF", 4)) {
		copy = place_file(state->sysroot, entry->path, entry->mode, error);
		g_hash_table_add(state->placed, g_strdup(entry->path));
		fine = copy >= 0;
	}
	while (fine && count > 0) {
		fine = writer_data(state->root, state->buffer, (gsize)count, error) &&
		       (copy < 0 || write_all(copy, state->buffer, (gsize)count, error));
		if (fine)
			count = reader_read(state->reader, state->buffer, BLOCK, error);
	}
	return finish_file(copy, fine && !count, error);
}

static gboolean take_symlink(State *state, const Entry *entry, GError **error)
{
	if (strchr(entry->path, '/') &&
	    !begins(entry->path, link_folders, G_N_ELEMENTS(link_folders)))
		return TRUE;
	return place_symlink(state->sysroot, entry->path, entry->target, error);
}

static gboolean take_hardlink(State *state, const Entry *entry, GError **error)
{
	if (!g_hash_table_contains(state->placed, entry->target))
		return TRUE;
	g_hash_table_add(state->placed, g_strdup(entry->path));
	return place_hardlink(state->sysroot, entry->path, entry->target, error);
}

static gboolean take_root(State *state, const Entry *entry, GError **error)
{
	Entry own = *entry;

	if (entry->kind == ENTRY_OTHER || begins(entry->path, left_out, G_N_ELEMENTS(left_out)))
		return TRUE;
	/* When mmdebstrap made them says nothing. */
	if (entry->kind == ENTRY_FOLDER)
		own.time = 0;
	if (entry->kind == ENTRY_HARDLINK && !g_hash_table_contains(state->kept, entry->target)) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "'%s' is the same file as '%s', which an image does not keep",
			    entry->path, entry->target);
		return FALSE;
	}
	g_hash_table_add(state->kept, g_strdup(entry->path));
	if (!writer_entry(state->root, &own, error))
		return FALSE;
	switch (entry->kind) {
	case ENTRY_FILE:
		return take_file(state, entry, error);
	case ENTRY_SYMLINK:
		return take_symlink(state, entry, error);
	case ENTRY_HARDLINK:
		return take_hardlink(state, entry, error);
	default:
		return TRUE;
	}
}

static gboolean take(State *state, const Entry *entry, GError **error)
{
	if (g_str_equal(entry->path, FETCH_PACKAGES))
		return take_packages(state, error);
	if (entry->kind == ENTRY_FILE && g_str_has_prefix(entry->path, KERNEL))
		return take_kernel(state, entry, error);
	if (g_str_has_prefix(entry->path, MODULES))
		return take_module(state, entry, error);
	return take_root(state, entry, error);
}

static gboolean add_own(Writer *root, GError **error)
{
	for (guint i = 0; i < G_N_ELEMENTS(put_in); i++) {
		const Entry folder = {.kind = ENTRY_FOLDER,
				      .path = (gchar *)put_in[i].path,
				      .mode = put_in[i].mode};

		if (put_in[i].text ? !writer_file(root, put_in[i].path, put_in[i].mode,
						  put_in[i].text, strlen(put_in[i].text), error)
				   : !writer_entry(root, &folder, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean take_all(State *state, GCancellable *cancellable, GError **error)
{
	const Entry *entry;

	do {
		if (g_cancellable_set_error_if_cancelled(cancellable, error) ||
		    !reader_next(state->reader, &entry, error) ||
		    (entry && !take(state, entry, error)))
			return FALSE;
	} while (entry);
	state->result->packages = g_strndup((gchar *)state->packages->data, state->packages->len);
	if (state->result->release)
		return add_own(state->root, error) && writer_close(state->root, error);
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
		    "the packages bring no kernel: there is no /boot/vmlinuz-*");
	return FALSE;
}

static int open_folder(const gchar *folder, const gchar *name, GError **error)
{
	g_autofree gchar *path = g_build_filename(folder, name, NULL);
	int descriptor = -1;

	if (!g_mkdir_with_parents(path, 0755))
		descriptor = open(path, O_DIRECTORY | O_CLOEXEC);
	if (descriptor < 0)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot make '%s': %s", path,
			    g_strerror(errno));
	return descriptor;
}

static gboolean open_state(State *state, const gchar *tar, const gchar *folder, GError **error)
{
	g_autofree gchar *root = g_build_filename(folder, "root.tar", NULL);

	state->folder = open_folder(folder, ".", error);
	state->sysroot = state->folder < 0 ? -1 : open_folder(folder, "sysroot", error);
	state->modules = state->sysroot < 0 ? -1 : open_folder(folder, "kernel-modules", error);
	state->reader = state->modules < 0 ? NULL : reader_new(tar, &limits, error);
	state->root = state->reader ? writer_new(root, WRITER_TAR, error) : NULL;
	state->placed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	state->kept = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	state->packages = g_byte_array_new();
	state->buffer = g_malloc(BLOCK);
	return !!state->root;
}

static void close_state(State *state)
{
	const int files[] = {state->folder, state->sysroot, state->modules};

	for (guint i = 0; i < G_N_ELEMENTS(files); i++)
		if (files[i] >= 0)
			close(files[i]);
	reader_free(state->reader);
	writer_free(state->root);
	g_hash_table_unref(state->placed);
	g_hash_table_unref(state->kept);
	g_byte_array_unref(state->packages);
	g_free(state->buffer);
}

gboolean split(const gchar *tar, const gchar *folder, Split *result, GCancellable *cancellable,
	       GError **error)
{
	State state = {.result = result};
	gboolean fine;

	fine = open_state(&state, tar, folder, error) && take_all(&state, cancellable, error);
	close_state(&state);
	return fine;
}

void split_clear(Split *result)
{
	g_clear_pointer(&result->release, g_free);
	g_clear_pointer(&result->packages, g_free);
}

gchar *split_rules(void)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < G_N_ELEMENTS(left_out); i++)
		g_string_append_printf(text, "- %s\n", left_out[i]);
	for (guint i = 0; i < G_N_ELEMENTS(put_in); i++)
		g_string_append_printf(text, "+ %s %o %s\n", put_in[i].path, put_in[i].mode,
				       put_in[i].text ? put_in[i].text : "/");
	return g_string_free(text, FALSE);
}
