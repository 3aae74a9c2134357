#include "model/manifest.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/error.h"
#include "base/nearest.h"
#include "model/scalars.h"

/* libcyaml's first complaint and the innermost place of its backtrace. */
typedef struct {
	gchar *complaint;
	guint line;
} Log;

const cyaml_schema_value_t manifest_string = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, gchar, 0, CYAML_UNLIMITED),
};

static void take_log(cyaml_log_t level, void *context, const char *format, va_list arguments)
{
	Log *log = context;
	g_autofree gchar *text = g_strchomp(g_strdup_vprintf(format, arguments));
	const gchar *line = strstr(text, " (line: ");

	(void)level;
	if (g_str_has_prefix(text, "  in ")) {
		if (line && !log->line)
			log->line = (guint)strtoul(line + 8, NULL, 10);
	} else if (!log->complaint && !g_str_has_suffix(text, "Backtrace:")) {
		log->complaint = g_strdup(g_str_has_prefix(text, "Load: ") ? text + 6 : text);
	}
}

static void *allocate(void *context, void *memory, size_t size)
{
	(void)context;
	return g_realloc(memory, size);
}

static cyaml_config_t config(Log *log)
{
	return (cyaml_config_t){.log_fn = take_log,
				.log_ctx = log,
				.log_level = CYAML_LOG_WARNING,
				.mem_fn = allocate,
				.flags = CYAML_CFG_NO_ALIAS};
}

/* The line, counted from 1, on which key stands as a key at or after line first; 0: none. libcyaml
 * reports a key at the event before it. */
static guint line_of_key(const gchar *text, const gchar *key, guint first)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	gsize length = strlen(key);

	for (guint i = first ? first - 1 : 0; i < g_strv_length(lines); i++) {
		const gchar *start = lines[i] + strspn(lines[i], " -\t\"'{");

		if (!strncmp(start, key, length) && strchr(":\"' ", start[length]))
			return i + 1;
	}
	return 0;
}

static void collect_keys(const cyaml_schema_value_t *schema, GPtrArray *keys)
{
	if (schema->type == CYAML_SEQUENCE)
		collect_keys(schema->sequence.entry, keys);
	if (schema->type != CYAML_MAPPING)
		return;
	for (const cyaml_schema_field_t *field = schema->mapping.fields; field->key; field++) {
		g_ptr_array_add(keys, (gpointer)field->key);
		collect_keys(&field->value, keys);
	}
}

static gchar *explain(const Log *log, const gchar *text, const cyaml_schema_value_t *schema,
		      guint *line)
{
	static const gchar unexpected[] = "Unexpected key: ";
	static const gchar repeated[] = "Mapping field already seen: ";
	gboolean again = g_str_has_prefix(log->complaint, repeated);
	g_autoptr(GPtrArray) keys = g_ptr_array_new();
	const gchar *key;
	guint found;

	if (!again && !g_str_has_prefix(log->complaint, unexpected))
		return g_strdup(log->complaint);
	key = strstr(log->complaint, ": ") + 2;
	found = line_of_key(text, key, log->line + again);
	if (found)
		*line = found;
	if (again)
		return g_strdup_printf("the key '%s' is here a second time", key);
	collect_keys(schema, keys);
	return nearest_message("key", key, keys);
}

static void refuse_at(GError **error, const gchar *path, guint line, const gchar *message)
{
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE, "%s:%u: %s", path, line, message);
}

/* The line of a syntax error, which libcyaml keeps to itself. What is open where the text ends was
 * opened further up. */
static guint line_of_syntax_error(const gchar *text, gsize length)
{
	yaml_parser_t parser;
	yaml_event_t event;
	gboolean more = TRUE;
	const yaml_mark_t *mark = &parser.problem_mark;
	guint line;

	if (!yaml_parser_initialize(&parser))
		return 0;
	yaml_parser_set_input_string(&parser, (const guchar *)text, length);
	while (more && yaml_parser_parse(&parser, &event)) {
		more = event.type != YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	if (parser.context && mark->index >= length)
		mark = &parser.context_mark;
	line = more ? (guint)mark->line + 1 : 0;
	yaml_parser_delete(&parser);
	return line;
}

static void refuse(const Log *log, const gchar *path, const gchar *text,
		   const cyaml_schema_value_t *schema, cyaml_err_t failure, GError **error)
{
	guint line = log->line;
	g_autofree gchar *message = log->complaint ? explain(log, text, schema, &line)
						   : g_strdup(cyaml_strerror(failure));

	if (failure == CYAML_ERR_LIBYAML_PARSER)
		line = line_of_syntax_error(text, strlen(text));
	if (line)
		refuse_at(error, path, line, message);
	else
		manifest_refuse(error, path, "%s", message);
}

static guint line_at(const gchar *text, const gchar *place)
{
	guint line = 1;

	for (; text < place; text++)
		line += *text == '\n';
	return line;
}

/* Behind anything but blank lines and comments, "---" starts another document. */
static const gchar *second_document(const gchar *text)
{
	gboolean started = FALSE;

	for (const gchar *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, "---", 3) && strchr(" \t\r\n", line[3])) {
			if (started)
				return line;
			started = TRUE;
		} else if (!strchr("#%\r\n", *line)) {
			started = TRUE;
		}
	}
	return NULL;
}

/* What libcyaml refuses without a place, or passes over. */
static gboolean check_text(const gchar *path, const gchar *text, gsize length, GError **error)
{
	const gchar *place;
	const gchar *what = "not UTF-8 text";

	if (g_utf8_validate(text, (gssize)length, &place)) {
		place = second_document(text);
		what = "a second document starts here; a manifest is one";
	}
	if (!place)
		return TRUE;
	refuse_at(error, path, line_at(text, place), what);
	return FALSE;
}

static gpointer load(const gchar *path, const gchar *text, gsize length,
		     const cyaml_schema_value_t *schema, GError **error)
{
	Log log = {0};
	cyaml_config_t settings = config(&log);
	cyaml_data_t *value = NULL;
	cyaml_err_t failure =
		cyaml_load_data((const uint8_t *)text, length, &settings, schema, &value, NULL);

	if (failure)
		refuse(&log, path, text, schema, failure, error);
	else if (!value)
		manifest_refuse(error, path, "the file is empty");
	g_free(log.complaint);
	return failure ? NULL : value;
}

gpointer manifest_load(const gchar *path, const cyaml_schema_value_t *schema, GError **error)
{
	g_autofree gchar *text = NULL;
	g_autofree gchar *message = NULL;
	g_autoptr(GError) unreadable = NULL;
	gpointer value;
	guint line = 0;
	gsize length;

	if (!g_file_get_contents(path, &text, &length, &unreadable)) {
		g_set_error_literal(error, A64RIG_ERROR, A64RIG_ERROR_USAGE, unreadable->message);
		return NULL;
	}
	if (!check_text(path, text, length, error))
		return NULL;
	value = load(path, text, length, schema, error);
	if (value)
		message = scalars_complaint(text, length, schema, &line);
	if (!message)
		return value;
	refuse_at(error, path, line, message);
	manifest_free(schema, value);
	return NULL;
}

void manifest_free(const cyaml_schema_value_t *schema, gpointer value)
{
	Log log = {0};
	cyaml_config_t settings = config(&log);

	cyaml_free(&settings, schema, value, 0);
	g_free(log.complaint);
}

void manifest_refuse(GError **error, const gchar *path, const gchar *format, ...)
{
	g_autofree gchar *message = NULL;
	va_list arguments;

	va_start(arguments, format);
	message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE, "%s: %s", path, message);
}
