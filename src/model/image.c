#include "model/image.h"

void image_free(Image *image)
{
	if (!image)
		return;
	g_free(image->name);
	g_free(image->root);
	g_free(image->kernel);
	g_free(image->initrd);
	g_free(image->sysroot);
	g_free(image->release);
	g_free(image->digest);
	g_free(image);
}
