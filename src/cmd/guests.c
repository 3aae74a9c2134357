#include "cmd/guests.h"

#include <pwd.h>

#include "base/error.h"
#include "image/store.h"
#include "sys/host.h"
#include "sys/system.h"

Engine *guests_engine(const Request *request, GError **error)
{
	SystemOptions options = {
		.uri = request->connect, .pool = request->pool, .share = request->share_guests};
	Image *image = image_open(request->paths, request->image, error);

	return image ? system_engine_new(request->paths, &options, image, error) : NULL;
}

/* libvirt's driver does not start where its own default user is missing, whoever we are. */
gchar *guests_libvirt(const Paths *paths, GError **error)
{
	g_autoptr(Host) host = NULL;
	g_autofree gchar *base = NULL;

	if (!getpwnam("libvirt-qemu")) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "there is no user libvirt-qemu, without whom libvirt does not start");
		return NULL;
	}
	host = host_open(paths, NULL, NULL, error);
	if (!host)
		return NULL;
	base = g_path_get_dirname(host->folder);
	return g_strdup_printf("%s: its driver starts, in %s", host->version, base);
}

gchar *guests_images(const Paths *paths, GError **error)
{
	g_autoptr(GPtrArray) recipes = image_recipes(paths, error);
	g_autoptr(GString) states = g_string_new(NULL);
	gboolean ready = FALSE;

	for (guint i = 0; recipes && i < recipes->len; i++) {
		const Recipe *recipe = g_ptr_array_index(recipes, i);
		g_autofree gchar *reason = NULL;
		ImageState state = image_state(paths, recipe, &reason);

		ready |= state == IMAGE_BUILT && g_str_equal(recipe->name, IMAGE_DEFAULT);
		g_string_append_printf(states, "%s%s is %s%s%s", states->len ? ", " : "",
				       recipe->name, image_state_name(state), reason ? ": " : "",
				       reason ? reason : "");
	}
	if (recipes && !ready)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "%s", states->str);
	return ready ? g_strdup(states->str) : NULL;
}
