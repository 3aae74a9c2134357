#include "image/initrd.h"

#include "archive/writer.h"
#include "image/modules.h"

static gboolean add(Writer *writer, const gchar *from, const gchar *path, guint mode,
		    GError **error)
{
	g_autofree gchar *bytes = NULL;
	gsize size;

	return g_file_get_contents(from, &bytes, &size, error) &&
	       writer_file(writer, path, mode, bytes, size, error);
}

static gboolean add_module(Writer *writer, const gchar *folder, const gchar *name, GError **error)
{
	g_autofree gchar *from = g_build_filename(folder, name, NULL);
	g_autofree gchar *path = g_build_filename("modules", name, NULL);

	return add(writer, from, path, 0644, error);
}

static gboolean add_modules(Writer *writer, const gchar *folder, GError **error)
{
	const Entry entry = {.kind = ENTRY_FOLDER, .path = (gchar *)"modules", .mode = 0755};
	g_autofree gchar *path = g_build_filename(folder, MODULES_ORDER, NULL);
	g_autofree gchar *order = NULL;
	g_auto(GStrv) names = NULL;

	if (!g_file_get_contents(path, &order, NULL, error) ||
	    !writer_entry(writer, &entry, error) ||
	    !add_module(writer, folder, MODULES_ORDER, error))
		return FALSE;
	names = g_strsplit(order, "\n", -1);
	for (guint i = 0; names[i]; i++)
		if (*names[i] && !add_module(writer, folder, names[i], error))
			return FALSE;
	return TRUE;
}

gboolean initrd_make(const gchar *path, const gchar *program, const gchar *modules, GError **error)
{
	g_autoptr(Writer) writer = writer_new(path, WRITER_CPIO, error);

	return writer && add(writer, program, "init", 0755, error) &&
	       add_modules(writer, modules, error) && writer_close(writer, error);
}
