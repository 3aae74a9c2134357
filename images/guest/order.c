#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"

enum { MIB = 1 << 20 };

static const struct {
	const char *name;
	int resource;
	rlim_t unit;
} limits[LIMITS] = {
	{"address-space", RLIMIT_AS, MIB},
	{"cpu", RLIMIT_CPU, 1},
	{"file", RLIMIT_FSIZE, MIB},
	{"processes", RLIMIT_NPROC, 1},
};

int order_resource(int limit)
{
	return limits[limit].resource;
}

const char *order_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool number(const char *text, int base, uint64_t max, uint64_t *value)
{
	char *end;

	if (!isxdigit((unsigned char)*text))
		return false;
	*value = strtoull(text, &end, base);
	return !*end && *value <= max;
}

static const char *add(struct list *list, char *value)
{
	if (list->count == LIST_MAX)
		return "too many of one key";
	list->item[list->count++] = value;
	return NULL;
}

/* Below the data disk's root, and nothing that leads out of it. */
static bool inner_path(const char *path)
{
	for (const char *part = path; part; part = strchr(part, '/')) {
		part += *part == '/';
		if (!*part || *part == '/' || !strncmp(part, "../", 3) || !strcmp(part, "..") ||
		    !strcmp(part, "."))
			return false;
	}
	return true;
}

static const char *take_program(struct order *order, char *value)
{
	order->program = value;
	return inner_path(value) ? NULL : "a program's path";
}

static const char *take_beside(struct order *order, char *value)
{
	return inner_path(value) ? add(&order->beside, value) : "a file's path";
}

static const char *take_file(struct order *order, char *value)
{
	return inner_path(value) ? add(&order->files, value) : "a file's path";
}

static const char *take_arg(struct order *order, char *value)
{
	return add(&order->args, value);
}

static const char *take_env(struct order *order, char *value)
{
	return strchr(value, '=') ? add(&order->env, value) : "a variable without a value";
}

static const char *take_warm(struct order *order, char *value)
{
	return add(&order->warm, value);
}

static const char *take_timeout(struct order *order, char *value)
{
	return number(value, 10, UINT32_MAX, &order->timeout) ? NULL : "a timeout";
}

static const char *take_limit(struct order *order, char *value)
{
	char *amount = strchr(value, '=');
	uint64_t found;

	for (int i = 0; amount && i < LIMITS; i++) {
		if (strlen(limits[i].name) != (size_t)(amount - value) ||
		    strncmp(limits[i].name, value, (size_t)(amount - value)) != 0)
			continue;
		if (!number(amount + 1, 10, UINT32_MAX, &found))
			break;
		order->limit[i] = found * limits[i].unit;
		return NULL;
	}
	return "a limit";
}

static const char *mask(uint64_t *into, const char *value)
{
	bool right = !strncmp(value, "0x", 2) && number(value + 2, 16, UINT64_MAX, into);

	return right ? NULL : "a mask";
}

static const char *take_hwcap(struct order *order, char *value)
{
	return mask(&order->hwcap, value);
}

static const char *take_hwcap2(struct order *order, char *value)
{
	return mask(&order->hwcap2, value);
}

static const char *take_debug(struct order *order, char *value)
{
	order->debug = !strcmp(value, "on");
	return order->debug ? NULL : "what to debug";
}

static const char *take_time(struct order *order, char *value)
{
	char *fraction = strchr(value, '.');
	uint64_t seconds, nanoseconds;

	if (!fraction)
		return "a time";
	*fraction++ = 0;
	if (!number(value, 10, INT64_MAX, &seconds) ||
	    !number(fraction, 10, 999999999, &nanoseconds))
		return "a time";
	order->time = (struct timespec){(time_t)seconds, (long)nanoseconds};
	return NULL;
}

static const char *take_seed(struct order *order, char *value)
{
	size_t size = strlen(value) / 2;
	uint64_t byte;

	if (strlen(value) % 2 || size > sizeof order->seed)
		return "a seed";
	for (size_t i = 0; i < size; i++) {
		char digits[] = {value[2 * i], value[2 * i + 1], 0};

		if (!number(digits, 16, 255, &byte))
			return "a seed";
		order->seed[i] = (unsigned char)byte;
	}
	order->seed_size = size;
	return NULL;
}

static const struct {
	const char *key;
	const char *(*take)(struct order *order, char *value);
} keys[] = {
	{"program", take_program}, {"beside", take_beside}, {"file", take_file},
	{"arg", take_arg},         {"env", take_env},       {"timeout", take_timeout},
	{"limit", take_limit},     {"hwcap", take_hwcap},   {"hwcap2", take_hwcap2},
	{"time", take_time},       {"seed", take_seed},     {"warm", take_warm},
	{"debug", take_debug},
};

static const char *take(struct order *order, char *string)
{
	char *value = strchr(string, '=');

	if (!value)
		return "a key without a value";
	*value++ = 0;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (!strcmp(keys[i].key, string))
			return keys[i].take(order, value);
	return "an unknown key";
}

size_t order_length(const char *text, size_t length)
{
	const char *at = text, *end = text + length, *nul;

	while ((nul = memchr(at, 0, (size_t)(end - at)))) {
		if (nul == at)
			return (size_t)(nul - text) + 1;
		at = nul + 1;
	}
	return 0;
}

static void clear(struct order *order)
{
	memset(order, 0, sizeof *order);
	order->args.count = 1;
	order->timeout = 60000;
	order->hwcap = order->hwcap2 = UINT64_MAX;
	for (int i = 0; i < LIMITS; i++)
		order->limit[i] = RLIM_INFINITY;
}

const char *order_parse(struct order *order, char *text, size_t length)
{
	const char *wrong = NULL;

	clear(order);
	if (strncmp(text, "order=", 6) != 0)
		return "no order";
	order->name = text + 6;
	for (char *at = text + strlen(text) + 1; !wrong && at < text + length && *at;) {
		char *next = at + strlen(at) + 1;

		wrong = take(order, at);
		at = next;
	}
	if (!wrong && !strcmp(order->name, "run") && !order->program)
		wrong = "no program";
	return wrong;
}
