#include "artefact/npm.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

#include "artefact/integrity.h"
#include "base/child.h"
#include "base/error.h"
#include "base/tail.h"

enum {
	DEADLINE = 900, /* seconds for one command */
	SHOWN = 5,      /* versions in a message */
};

/* What npm said: what it was asked for, or else why not. */
typedef struct {
	JsonParser *parser;
	gchar *code;   /* of its error: "E404"; NULL: it gave none */
	gchar *reason; /* NULL: it did what it was asked for */
} Answer;

static void answer_clear(Answer *self)
{
	g_clear_object(&self->parser);
	g_free(self->code);
	g_free(self->reason);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answer, answer_clear)

/* Settings that would make npm do something else, or wait for minutes for a network that is not
 * there, whatever the user's are. */
static const gchar *const fixed[] = {
	"--json",
	"--ignore-scripts",
	"--no-dry-run",
	"--no-workspaces",
	"--no-update-notifier",
	"--loglevel=error",
	"--logs-max=0",
	"--fetch-retries=2",
	"--fetch-retry-mintimeout=500",
	"--fetch-retry-factor=4",
};

static gchar **command(const NpmJob *job, const gchar *const *words)
{
	static const gchar *const before[] = {"setpriv", "--pdeathsig", "KILL", "--", "env"};
	GPtrArray *argv = g_ptr_array_new();

	for (guint i = 0; i < G_N_ELEMENTS(before); i++)
		g_ptr_array_add(argv, g_strdup(before[i]));
	g_ptr_array_add(argv, g_strconcat("TMPDIR=", job->folder, NULL));
	g_ptr_array_add(argv, g_strdup("npm"));
	for (guint i = 0; words[i]; i++)
		g_ptr_array_add(argv, g_strdup(words[i]));
	for (guint i = 0; i < G_N_ELEMENTS(fixed); i++)
		g_ptr_array_add(argv, g_strdup(fixed[i]));
	g_ptr_array_add(argv, g_strdup_printf("--prefix=%s", job->folder));
	g_ptr_array_add(argv, g_strdup_printf("--cache=%s/cache", job->folder));
	g_ptr_array_add(argv, NULL);
	return (gchar **)g_ptr_array_free(argv, FALSE);
}

static int open_log(const NpmJob *job, const gchar *name, GError **error)
{
	g_autofree gchar *path = g_build_filename(job->folder, name, NULL);
	int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (file < 0)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot write '%s': %s", path,
			    g_strerror(errno));
	return file;
}

/* A line that can be shown: it comes from the network. */
static gchar *plain(const gchar *text)
{
	gchar *line = g_utf8_make_valid(text, (gssize)strcspn(text, "\r\n"));

	for (gchar *at = line; *at; at++)
		if (g_ascii_iscntrl(*at))
			*at = ' ';
	return g_strstrip(line);
}

static const gchar *member(JsonNode *node, const gchar *name)
{
	JsonNode *found = NULL;

	if (node && JSON_NODE_HOLDS_OBJECT(node))
		found = json_object_get_member(json_node_get_object(node), name);
	return found && json_node_get_value_type(found) == G_TYPE_STRING
		       ? json_node_get_string(found)
		       : NULL;
}

/* With --json npm's errors are {"error": {"code", "summary", "detail"}}. */
static void read_failure(Answer *answer, int log)
{
	JsonNode *root = json_parser_get_root(answer->parser);
	JsonNode *error = root && JSON_NODE_HOLDS_OBJECT(root)
				  ? json_object_get_member(json_node_get_object(root), "error")
				  : NULL;
	const gchar *code = member(error, "code");
	const gchar *summary = member(error, "summary");
	g_autofree gchar *text = tail_text(log);
	g_autofree gchar *last = tail_last_line(text);

	answer->code = code ? plain(code) : NULL;
	answer->reason = plain(summary ? summary : last);
}

static gboolean run(const NpmJob *job, const gchar *const *words, int out, int log, Answer *answer,
		    GError **error)
{
	g_auto(GStrv) argv = command(job, words);
	const ChildSpec spec = {.argv = (const gchar *const *)argv,
				.in = -1,
				.out = out,
				.err = log,
				.extra = job->lock,
				.folder = job->folder,
				.deadline = DEADLINE};
	g_autofree gchar *path = g_strdup_printf("/proc/self/fd/%d", out);
	ChildResult result;

	if (!child_run(&spec, job->cancellable, &result, error) ||
	    g_cancellable_set_error_if_cancelled(job->cancellable, error))
		return FALSE;
	answer->parser = json_parser_new();
	json_parser_load_from_file(answer->parser, path, NULL);
	if (result.end == CHILD_TIMED_OUT)
		answer->reason = g_strdup_printf("it did not end within %d s", DEADLINE);
	else if (result.status)
		read_failure(answer, log);
	return TRUE;
}

/* FALSE and error where npm could not be run; that it failed is an answer, too. */
static gboolean ask(const NpmJob *job, const gchar *const *words, Answer *answer, GError **error)
{
	g_autofree gchar *program = g_find_program_in_path("npm");
	gboolean asked = FALSE;
	int out, log;

	if (!program) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "no npm in PATH, which fetches '%s'; run scripts/setup, or "
			    "apt-get install npm",
			    job->word->text);
		return FALSE;
	}
	out = open_log(job, "answer", error);
	log = out < 0 ? -1 : open_log(job, "log", error);
	if (log >= 0)
		asked = run(job, words, out, log, answer, error);
	if (out >= 0)
		close(out);
	if (log >= 0)
		close(log);
	return asked;
}

/* "1.10.6, 1.10.7, 1.10.8", the last ones that there are; NULL where npm does not tell. */
static gchar *last_versions(const NpmJob *job)
{
	const gchar *const words[] = {"view", job->word->name, "versions", NULL};
	g_auto(Answer) answer = {0};
	g_autoptr(GString) text = g_string_new(NULL);
	JsonArray *versions;
	JsonNode *root;
	guint count;

	if (!ask(job, words, &answer, NULL) || answer.reason)
		return NULL;
	root = json_parser_get_root(answer.parser);
	if (root && json_node_get_value_type(root) == G_TYPE_STRING)
		return plain(json_node_get_string(root));
	if (!root || !JSON_NODE_HOLDS_ARRAY(root))
		return NULL;
	versions = json_node_get_array(root);
	count = json_array_get_length(versions);
	for (guint i = count > SHOWN ? count - SHOWN : 0; i < count; i++) {
		JsonNode *node = json_array_get_element(versions, i);

		if (json_node_get_value_type(node) == G_TYPE_STRING)
			g_string_append_printf(text, "%s%s", text->len ? ", " : "",
					       json_node_get_string(node));
	}
	return plain(text->str);
}

static void set_absent(const NpmJob *job, const gchar *reason, GError **error)
{
	g_autofree gchar *versions = last_versions(job);

	if (versions)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "the npm registry has no version %s of %s; its last ones are %s",
			    job->word->version, job->word->name, versions);
	else
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "the npm registry has no package %s, or does not show it to you (%s)",
			    job->word->name, reason);
}

static gboolean is_one_of(const gchar *code, const gchar *const *codes)
{
	return code && g_strv_contains(codes, code);
}

static void set_failed(const NpmJob *job, const Answer *answer, GError **error)
{
	static const gchar *const absent[] = {"E404", "ETARGET", NULL};
	static const gchar *const unreachable[] = {
		"EAI_AGAIN",   "ECONNABORTED", "ECONNREFUSED", "ECONNRESET",         "EHOSTUNREACH",
		"ENETUNREACH", "ENOTCACHED",   "ENOTFOUND",    "ERR_SOCKET_TIMEOUT", "ETIMEDOUT",
		NULL};

	if (is_one_of(answer->code, absent))
		set_absent(job, answer->reason, error);
	else if (is_one_of(answer->code, unreachable))
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "cannot reach the npm registry (%s), and '%s' is not in '%s'; check "
			    "the network, or npm's registry and proxy (npm config list)",
			    answer->reason, job->word->text, job->kept);
	else
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "npm cannot fetch '%s': %s%s%s; its settings are told by "
			    "'npm config list'",
			    job->word->text, answer->code ? answer->code : "",
			    answer->code ? ": " : "", answer->reason);
}

/* That npm has no answer is an error, too. */
static gboolean ask_well(const NpmJob *job, const gchar *const *words, Answer *answer,
			 GError **error)
{
	if (!ask(job, words, answer, error))
		return FALSE;
	if (answer->reason)
		set_failed(job, answer, error);
	return !answer->reason;
}

gchar *npm_integrity(const NpmJob *job, GError **error)
{
	const gchar *const words[] = {"view", job->word->spec, "dist.integrity", NULL};
	g_auto(Answer) answer = {0};
	g_autofree gchar *integrity = NULL;
	JsonNode *root;

	if (!ask_well(job, words, &answer, error))
		return NULL;
	root = json_parser_get_root(answer.parser);
	if (root && json_node_get_value_type(root) == G_TYPE_STRING)
		integrity = integrity_parse(json_node_get_string(root));
	if (!integrity)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "the npm registry tells no SHA-512 of '%s', so what comes cannot be "
			    "verified",
			    job->word->text);
	return g_steal_pointer(&integrity);
}

/* The one file in the folder: how npm names it differs between its versions. */
static gchar *only_file(const gchar *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const gchar *name = dir ? g_dir_read_name(dir) : NULL;

	return name ? g_build_filename(folder, name, NULL) : NULL;
}

gchar *npm_fetch(const NpmJob *job, GError **error)
{
	g_autofree gchar *folder = g_build_filename(job->folder, "fetched", NULL);
	const gchar *const words[] = {"pack", job->word->spec, "--pack-destination", folder, NULL};
	g_auto(Answer) answer = {0};
	gchar *archive;

	if (g_mkdir(folder, 0700)) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot make '%s': %s", folder,
			    g_strerror(errno));
		return NULL;
	}
	if (!ask(job, words, &answer, error))
		return NULL;
	archive = answer.reason ? NULL : only_file(folder);
	if (!archive && !answer.reason)
		answer.reason = g_strdup("it says that it did, and there is nothing");
	if (!archive)
		set_failed(job, &answer, error);
	return archive;
}

/* --- versions --- */

/* Numbers by their value, and before words; a longer list of parts comes after its beginning. */
static gint compare_parts(const gchar *a, const gchar *b)
{
	g_auto(GStrv) as = g_strsplit(a, ".", -1);
	g_auto(GStrv) bs = g_strsplit(b, ".", -1);
	gchar **x = as, **y = bs;

	for (; *x && *y; x++, y++) {
		gboolean x_number = (*x)[0] && !(*x)[strspn(*x, "0123456789")];
		gboolean y_number = (*y)[0] && !(*y)[strspn(*y, "0123456789")];
		guint64 n = g_ascii_strtoull(*x, NULL, 10), m = g_ascii_strtoull(*y, NULL, 10);
		gint order = x_number != y_number ? (x_number ? -1 : 1)
			     : x_number           ? (n > m) - (n < m)
						  : strcmp(*x, *y);

		if (order)
			return order;
	}
	return (*x != NULL) - (*y != NULL);
}

gint npm_version_compare(const gchar *a, const gchar *b)
{
	g_auto(GStrv) as = g_strsplit(a, "-", 2);
	g_auto(GStrv) bs = g_strsplit(b, "-", 2);
	gint order = compare_parts(as[0] ? as[0] : "", bs[0] ? bs[0] : "");
	const gchar *x = as[0] ? as[1] : NULL, *y = bs[0] ? bs[1] : NULL;

	if (order)
		return order;
	return x && y ? compare_parts(x, y) : (y != NULL) - (x != NULL);
}

static gint by_version(gconstpointer a, gconstpointer b)
{
	return npm_version_compare((*(const NpmVersion *const *)a)->version,
				   (*(const NpmVersion *const *)b)->version);
}

static void version_free(gpointer data)
{
	NpmVersion *version = data;

	g_free(version->version);
	g_free(version->date);
	g_free(version);
}

/* Only what a word could name: it comes from the network. */
static void add_version(GPtrArray *versions, const NpmJob *job, const gchar *text, JsonNode *times)
{
	g_autofree gchar *name = g_strdup_printf("npm:%s@%s", job->word->name, text);
	g_autoptr(Word) word = word_new(name, NULL);
	const gchar *time = member(times, text);
	NpmVersion *version;

	if (!word)
		return;
	version = g_new0(NpmVersion, 1);
	version->version = g_strdup(text);
	version->date = time && strlen(time) >= 10 ? g_strndup(time, 10) : NULL;
	g_ptr_array_add(versions, version);
}

GPtrArray *npm_versions(const NpmJob *job, GError **error)
{
	const gchar *const words[] = {"view", job->word->name, "versions", "time", NULL};
	g_autoptr(GPtrArray) versions = g_ptr_array_new_with_free_func(version_free);
	g_auto(Answer) answer = {0};
	JsonNode *root, *list = NULL, *times = NULL;

	if (!ask_well(job, words, &answer, error))
		return NULL;
	root = json_parser_get_root(answer.parser);
	if (root && JSON_NODE_HOLDS_OBJECT(root)) {
		list = json_object_get_member(json_node_get_object(root), "versions");
		times = json_object_get_member(json_node_get_object(root), "time");
	}
	if (list && json_node_get_value_type(list) == G_TYPE_STRING)
		add_version(versions, job, json_node_get_string(list), times);
	for (guint i = 0; list && JSON_NODE_HOLDS_ARRAY(list) &&
			  i < json_array_get_length(json_node_get_array(list));
	     i++) {
		JsonNode *node = json_array_get_element(json_node_get_array(list), i);

		if (json_node_get_value_type(node) == G_TYPE_STRING)
			add_version(versions, job, json_node_get_string(node), times);
	}
	g_ptr_array_sort(versions, by_version);
	return g_steal_pointer(&versions);
}
