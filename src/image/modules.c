#include "image/modules.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "archive/reader.h"
#include "base/child.h"
#include "base/error.h"

#define INSMOD "insmod "

enum { DEADLINE = 120, LARGEST = 64 << 20 };

/* What they need comes with them; what the kernel has built in is passed over. */
static const gchar *const wanted[] = {
	"virtio_mmio", "virtio_blk", "virtio_console", "ext4", "erofs", "overlay", NULL,
};

/* kmod's programs are not in an ordinary user's PATH. */
static gchar *find_tool(const gchar *name, GError **error)
{
	gchar *found = g_find_program_in_path(name);

	if (!found)
		found = g_strconcat("/usr/sbin/", name, NULL);
	if (g_file_test(found, G_FILE_TEST_IS_EXECUTABLE))
		return found;
	g_free(found);
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "no %s here; apt install kmod", name);
	return NULL;
}

static gchar *output(const gchar *const *argv, GError **error)
{
	int status;
	g_autofree gchar *text = child_output(argv, DEADLINE, &status, error);

	if (text && status) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "%s cannot do with the kernel's modules: %s", argv[0], text);
		return NULL;
	}
	return g_steal_pointer(&text);
}

/* As modprobe would load them, without the host's own configuration. */
static gchar *ask_order(const gchar *tree, const gchar *release, GError **error)
{
	g_autofree gchar *depmod = find_tool("depmod", error);
	g_autofree gchar *modprobe = depmod ? find_tool("modprobe", error) : NULL;
	const gchar *const index[] = {depmod, "-b", tree, release, NULL};
	const gchar *const ask[] = {modprobe, "-C", "/dev/null",     "-d", tree, "-S",
				    release,  "-a", "--show-depends"};
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autofree gchar *said = NULL;

	if (!modprobe)
		return NULL;
	for (guint i = 0; i < G_N_ELEMENTS(ask); i++)
		g_ptr_array_add(argv, (gpointer)ask[i]);
	for (guint i = 0; wanted[i]; i++)
		g_ptr_array_add(argv, (gpointer)wanted[i]);
	g_ptr_array_add(argv, NULL);
	said = output(index, error);
	return said ? output((const gchar *const *)argv->pdata, error) : NULL;
}

/* "virtio_blk.ko.xz" becomes "virtio_blk.ko". */
static gchar *plain_name(const gchar *path)
{
	gchar *name = g_path_get_basename(path);
	gchar *end = strstr(name, ".ko");

	if (end)
		end[strlen(".ko")] = '\0';
	return name;
}

static gboolean unpack(const gchar *from, const gchar *to, GError **error)
{
	const ReaderLimits limits = {.entries = 1, .bytes = LARGEST};
	g_autoptr(Reader) reader = reader_new_plain(from, &limits, error);
	g_autofree gchar *buffer = g_malloc(LARGEST);
	const Entry *entry;
	gsize size = 0;
	gssize count = 1;

	if (!reader || !reader_next(reader, &entry, error))
		return FALSE;
	while (count > 0 && size < LARGEST) {
		count = reader_read(reader, buffer + size, LARGEST - size, error);
		size += count > 0 ? (gsize)count : 0;
	}
	return count >= 0 && g_file_set_contents(to, buffer, (gssize)size, error);
}

/* Lines are "insmod PATH" and "builtin NAME"; what several need is there several times. */
static gboolean take_order(const gchar *lines, const gchar *to, GString *order, GError **error)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	g_auto(GStrv) words = g_strsplit(lines, "\n", -1);

	for (guint i = 0; words[i]; i++) {
		gchar *path = g_strstrip(words[i]);
		g_autofree gchar *name = plain_name(path);
		g_autofree gchar *file = g_build_filename(to, name, NULL);

		if (!g_str_has_prefix(path, INSMOD) || !g_hash_table_add(seen, path))
			continue;
		if (!unpack(path + strlen(INSMOD), file, error))
			return FALSE;
		g_string_append_printf(order, "%s\n", name);
	}
	return TRUE;
}

gboolean modules_take(const gchar *tree, const gchar *release, const gchar *to, GError **error)
{
	g_autofree gchar *lines = ask_order(tree, release, error);
	g_autofree gchar *file = g_build_filename(to, MODULES_ORDER, NULL);
	g_autoptr(GString) order = g_string_new(NULL);

	if (!lines)
		return FALSE;
	if (g_mkdir(to, 0755)) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot make '%s': %s", to,
			    g_strerror(errno));
		return FALSE;
	}
	return take_order(lines, to, order, error) &&
	       g_file_set_contents(file, order->str, (gssize)order->len, error);
}

gchar *modules_rules(void)
{
	return g_strjoinv(" ", (gchar **)wanted);
}
