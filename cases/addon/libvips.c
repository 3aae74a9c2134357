/*
 * libvips - loads libvips as sharp does, and has it compute: the mean of a black image that is
 * inverted is 255, that of half of each 127.5.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct VipsImage VipsImage;

/* vips/vips.h; what ends with a list ends it with NULL. */
static int (*init)(const char *program);
static int (*black)(VipsImage **out, int width, int height, ...);
static int (*invert)(VipsImage *in, VipsImage **out, ...);
static int (*join)(VipsImage *left, VipsImage *right, VipsImage **out, int direction, ...);
static int (*average)(VipsImage *in, double *out, ...);
static const char *(*version)(void);
static const char *(*reason)(void);

static void *find(void *library, const char *name)
{
	void *found = dlsym(library, name);

	if (found)
		return found;
	fprintf(stderr, "libvips: %s\n", dlerror());
	exit(1);
}

static void check(int failed, const char *what)
{
	if (!failed)
		return;
	fprintf(stderr, "libvips: %s: %s\n", what, reason());
	exit(1);
}

static void check_mean(VipsImage *image, double wanted, const char *what)
{
	double seen;

	check(average(image, &seen, NULL), what);
	if (seen == wanted)
		return;
	fprintf(stderr, "libvips: %s: mean %g, expected %g\n", what, seen, wanted);
	exit(1);
}

int main(int argc, char **argv)
{
	void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL) : NULL;
	VipsImage *dark, *light, *both;

	if (!library) {
		fprintf(stderr, "libvips: %s\n", argc == 2 ? dlerror() : "usage: libvips LIBRARY");
		return 1;
	}
	*(void **)&init = find(library, "vips_init");
	*(void **)&black = find(library, "vips_black");
	*(void **)&invert = find(library, "vips_invert");
	*(void **)&join = find(library, "vips_join");
	*(void **)&average = find(library, "vips_avg");
	*(void **)&version = find(library, "vips_version_string");
	*(void **)&reason = find(library, "vips_error_buffer");
	check(init(argv[0]), "vips_init");
	check(black(&dark, 512, 512, NULL), "vips_black");
	check(invert(dark, &light, NULL), "vips_invert");
	check(join(dark, light, &both, 0, NULL), "vips_join");
	check_mean(dark, 0, "a black image");
	check_mean(light, 255, "a white image");
	check_mean(both, 127.5, "half of each");
	printf("libvips %s: three means\n", version());
	return 0;
}
