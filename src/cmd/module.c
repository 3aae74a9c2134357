#include "cmd/module.h"

#include <gmodule.h>

#include "base/error.h"
#include "base/paths.h"

/* libvirt's log, which would go to standard error, is nothing for users, unless they have said
 * otherwise. libguestfs starts libvirt as soon as it is loaded. */
static GModule *load(GError **error)
{
	g_autoptr(Paths) paths = paths_new(error);
	GModule *module = NULL;

	g_setenv("LIBVIRT_LOG_OUTPUTS", "4:file:/dev/null", FALSE);
	if (paths)
		module = g_module_open(paths->guests, G_MODULE_BIND_LAZY);
	if (paths && !module)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "guests need what cannot be loaded here: %s; run scripts/setup, or "
			    "install libvirt0 and libguestfs0",
			    g_module_error());
	return module;
}

gpointer module_symbol(const gchar *name, GError **error)
{
	static GModule *module;
	gpointer symbol = NULL;

	if (!module)
		module = load(error);
	if (module && !g_module_symbol(module, name, &symbol))
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "a64rig-guests.so is not of this version: %s", g_module_error());
	return symbol;
}
