#include "model/engine.h"

gboolean engine_searches(const RunSpec *spec)
{
	g_autofree gchar *home = spec->files[0] ? g_path_get_dirname(spec->files[0]) : NULL;

	for (guint i = 1; home && spec->files[i]; i++) {
		g_autofree gchar *folder = g_path_get_dirname(spec->files[i]);

		if (spec->preload_files || !g_str_equal(folder, home))
			return TRUE;
	}
	return FALSE;
}

gchar **engine_args(const RunSpec *spec, const gchar *folder, const gchar *subject)
{
	g_autoptr(GStrvBuilder) args = g_strv_builder_new();

	for (guint i = 0; i < spec->args_count; i++) {
		g_autoptr(GString) word = g_string_new(spec->args[i]);

		g_string_replace(word, "{case}", folder, 0);
		g_string_replace(word, "{subject}", subject, 0);
		g_strv_builder_add(args, word->str);
	}
	return g_strv_builder_end(args);
}
