#include "sys/places.h"

gboolean places_fill(Places *places, Host *host, const Image *image, const gchar *data,
		     GError **error)
{
	places->root = host_place(host, image->root, image->digest, error);
	if (places->root)
		places->kernel = host_place(host, image->kernel, image->digest, error);
	if (places->kernel)
		places->initrd = host_place(host, image->initrd, image->digest, error);
	if (places->initrd)
		places->data = host_place(host, data, NULL, error);
	return places->data != NULL;
}

void places_clear(Places *places)
{
	g_free(places->root);
	g_free(places->kernel);
	g_free(places->initrd);
	g_free(places->data);
}
