#include "base/qemu.h"

#include <stdlib.h>
#include <string.h>

#include "base/child.h"
#include "base/error.h"

enum { ANSWER_DEADLINE = 30 }; /* seconds */

static const struct {
	const gchar *program, *variable, *package;
	const gchar *models[5]; /* what asks for them */
} kinds[] = {
	[QEMU_USER] = {"qemu-aarch64", "A64RIG_QEMU", "qemu-user", {"-cpu", "help"}},
	[QEMU_SYSTEM] = {"qemu-system-aarch64",
			 "A64RIG_QEMU_SYSTEM",
			 "qemu-system-arm",
			 {"-machine", "virt", "-cpu", "help"}},
};

gchar *qemu_find(QemuKind kind, GError **error)
{
	const gchar *variable = kinds[kind].variable;
	const gchar *name = g_getenv(variable);
	g_autofree gchar *found = g_find_program_in_path(name ? name : kinds[kind].program);
	char *real = found ? realpath(found, NULL) : NULL;
	gchar *path;

	if (!real && name)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "%s names '%s', which is not a program", variable, name);
	else if (!real)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "no %s in PATH; install it: apt install %s", kinds[kind].program,
			    kinds[kind].package);
	if (!real)
		return NULL;
	path = g_strdup(real);
	free(real);
	return path;
}

/* What it prints. Its exit status says nothing: "-cpu help" of QEMU 7.2 exits with 1. */
static gchar *ask(const gchar *path, const gchar *const *words, GError **error)
{
	const gchar *const program[] = {path, NULL};
	int status;

	return child_ask(program, words, ANSWER_DEADLINE, &status, error);
}

/* "qemu-aarch64 version 7.2.22 (Debian ...)" to "qemu-aarch64 7.2.22"; the system emulators say
 * "QEMU emulator version". */
static gchar *read_version(QemuKind kind, const gchar *answer)
{
	const gchar *found = strstr(answer, " version ");
	g_auto(GStrv) words = found ? g_strsplit_set(found + 1, " \n", 3) : NULL;

	if (!words || !words[1])
		return NULL;
	return g_strdup_printf("%s %s", kinds[kind].program, words[1]);
}

/* The indented lines; later versions add a remark behind a name. */
static gchar **read_models(const gchar *answer)
{
	g_auto(GStrv) lines = g_strsplit(answer, "\n", -1);
	g_autoptr(GStrvBuilder) models = g_strv_builder_new();

	for (gchar **line = lines; *line; line++)
		if (**line == ' ') {
			g_auto(GStrv) words = g_strsplit(g_strstrip(*line), " ", 2);

			if (words[0])
				g_strv_builder_add(models, words[0]);
		}
	return g_strv_builder_end(models);
}

Qemu *qemu_new(QemuKind kind, GError **error)
{
	const gchar *const version_option[] = {"-version", NULL};
	g_autoptr(Qemu) qemu = g_new0(Qemu, 1);
	g_autofree gchar *version = NULL;
	g_autofree gchar *models = NULL;

	qemu->path = qemu_find(kind, error);
	if (!qemu->path)
		return NULL;
	version = ask(qemu->path, version_option, error);
	models = version ? ask(qemu->path, kinds[kind].models, error) : NULL;
	if (!models)
		return NULL;
	qemu->version = read_version(kind, version);
	qemu->models = read_models(models);
	if (qemu->version && *qemu->models)
		return g_steal_pointer(&qemu);
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
		    "'%s' does not answer as %s does: to -version it says '%s', to -cpu help '%s'",
		    qemu->path, kinds[kind].program, version, models);
	return NULL;
}

void qemu_free(Qemu *qemu)
{
	if (!qemu)
		return;
	g_free(qemu->path);
	g_free(qemu->version);
	g_strfreev(qemu->models);
	g_free(qemu);
}

gboolean qemu_has_model(const Qemu *qemu, const gchar *model)
{
	return g_strv_contains((const gchar *const *)qemu->models, model);
}

guint qemu_plugin_version(const Qemu *qemu)
{
	const gchar *const help_option[] = {"-help", NULL};
	g_autofree gchar *help = ask(qemu->path, help_option, NULL);
	const gchar *space = strchr(qemu->version, ' ');

	if (!help || !strstr(help, "\n-plugin "))
		return 0;
	return space && g_ascii_strtoull(space + 1, NULL, 10) >= 9 ? 2 : 1;
}

gchar *qemu_escape(const gchar *value)
{
	g_auto(GStrv) parts = g_strsplit(value, ",", -1);

	return g_strjoinv(",,", parts);
}
