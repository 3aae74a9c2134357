#include "model/engine.h"

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
