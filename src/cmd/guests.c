#include "cmd/guests.h"

#include "image/store.h"
#include "sys/system.h"

Engine *guests_engine(const Request *request, GError **error)
{
	SystemOptions options = {
		.uri = request->connect, .pool = request->pool, .share = request->share_guests};
	Image *image = image_open(request->paths, request->image, error);

	return image ? system_engine_new(request->paths, &options, image, error) : NULL;
}
