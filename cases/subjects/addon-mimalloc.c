/*
 * addon-mimalloc - a Node.js addon that takes its memory from mimalloc, as the published ones do.
 *
 *	blocks(threads, count)	how many blocks of all threads still held what was written to them
 */
#include <mimalloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Node-API as its ABI is (Node.js, doc/api/n-api.md; stable from version 1 on). */
typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env env, napi_callback_info info);
typedef int napi_status; /* 0 is success */
#define AUTO_LENGTH SIZE_MAX

napi_status napi_get_cb_info(napi_env env, napi_callback_info info, size_t *count, napi_value *args,
			     napi_value *self, void **data);
napi_status napi_get_value_uint32(napi_env env, napi_value value, uint32_t *result);
napi_status napi_create_uint32(napi_env env, uint32_t value, napi_value *result);
napi_status napi_throw_type_error(napi_env env, const char *code, const char *message);
napi_status napi_create_function(napi_env env, const char *name, size_t length, napi_callback call,
				 void *data, napi_value *result);
napi_status napi_set_named_property(napi_env env, napi_value object, const char *name,
				    napi_value value);

enum { THREADS = 64 };

struct work {
	uint32_t number, count, kept;
};

static size_t size_of(uint32_t block)
{
	return 16 + block % 1000;
}

static void *fill_and_check(void *data)
{
	struct work *work = data;
	unsigned char **blocks = mi_calloc(work->count, sizeof *blocks);

	for (uint32_t i = 0; i < work->count; i++) {
		blocks[i] = mi_malloc(size_of(i));
		memset(blocks[i], (int)(work->number + i), size_of(i));
	}
	for (uint32_t i = 0; i < work->count; i++) {
		unsigned char wanted = (unsigned char)(work->number + i);

		work->kept += blocks[i][0] == wanted && blocks[i][size_of(i) - 1] == wanted;
		mi_free(blocks[i]);
	}
	mi_free(blocks);
	return NULL;
}

static uint32_t run(uint32_t threads, uint32_t count)
{
	struct work work[THREADS];
	pthread_t thread[THREADS];
	uint32_t kept = 0;

	for (uint32_t i = 0; i < threads; i++) {
		work[i] = (struct work){.number = i, .count = count};
		if (pthread_create(&thread[i], NULL, fill_and_check, &work[i]))
			threads = i;
	}
	for (uint32_t i = 0; i < threads; i++) {
		pthread_join(thread[i], NULL);
		kept += work[i].kept;
	}
	return kept;
}

static napi_value blocks(napi_env env, napi_callback_info info)
{
	napi_value args[2], result = NULL;
	size_t given = 2;
	uint32_t threads, count;

	if (napi_get_cb_info(env, info, &given, args, NULL, NULL) || given < 2 ||
	    napi_get_value_uint32(env, args[0], &threads) ||
	    napi_get_value_uint32(env, args[1], &count) || threads > THREADS) {
		napi_throw_type_error(env, NULL, "two numbers: threads (64 at most), count");
		return NULL;
	}
	napi_create_uint32(env, run(threads, count), &result);
	return result;
}

__attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env,
									  napi_value exports)
{
	napi_value function;

	if (!napi_create_function(env, "blocks", AUTO_LENGTH, blocks, NULL, &function))
		napi_set_named_property(env, exports, "blocks", function);
	return exports;
}
