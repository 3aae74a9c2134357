#include "user/qemu.h"

#include <stdlib.h>
#include <string.h>

#include "base/child.h"
#include "base/error.h"

enum { ANSWER_DEADLINE = 30 }; /* seconds */

static gchar *find(GError **error)
{
	const gchar *name = g_getenv("A64RIG_QEMU");
	g_autofree gchar *found = g_find_program_in_path(name ? name : "qemu-aarch64");
	char *real = found ? realpath(found, NULL) : NULL;
	gchar *path;

	if (!real) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    name ? "A64RIG_QEMU names '%s', which is not a program"
				 : "no qemu-aarch64 in PATH%s; install it: apt install qemu-user",
			    name ? name : "");
		return NULL;
	}
	path = g_strdup(real);
	free(real);
	return path;
}

/* What it prints. Its exit status says nothing: "-cpu help" of QEMU 7.2 exits with 1. */
static gchar *ask(const gchar *path, const gchar *option, const gchar *value, GError **error)
{
	const gchar *argv[] = {path, option, value, NULL};
	int status;

	return child_output(argv, ANSWER_DEADLINE, &status, error);
}

/* "qemu-aarch64 version 7.2.22 (Debian ...)" to "qemu-aarch64 7.2.22". */
static gchar *read_version(const gchar *answer)
{
	g_auto(GStrv) words = g_strsplit_set(answer, " \n", 4);

	if (g_strv_length(words) < 3 || !g_str_equal(words[1], "version"))
		return NULL;
	return g_strdup_printf("qemu-aarch64 %s", words[2]);
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

Qemu *qemu_new(GError **error)
{
	g_autoptr(Qemu) qemu = g_new0(Qemu, 1);
	g_autofree gchar *version = NULL;
	g_autofree gchar *models = NULL;

	qemu->path = find(error);
	if (!qemu->path)
		return NULL;
	version = ask(qemu->path, "-version", NULL, error);
	models = version ? ask(qemu->path, "-cpu", "help", error) : NULL;
	if (!models)
		return NULL;
	qemu->version = read_version(version);
	qemu->models = read_models(models);
	if (qemu->version && *qemu->models)
		return g_steal_pointer(&qemu);
	g_set_error(
		error, A64RIG_ERROR, A64RIG_ERROR_RIG,
		"'%s' does not answer as qemu-aarch64 does: to -version it says '%s', to -cpu help "
		"'%s'",
		qemu->path, version, models);
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

/* GLib's assertions stand below a line of "**"; a program's own "ERROR:" does not. */
static gboolean is_complaint(const gchar *line, const gchar *before)
{
	static const gchar *const starts[] = {
		"qemu-aarch64: ",      "qemu: ",      "Error while loading ",
		"***MEMORY-ERROR***:", "mmap stack:", "GLib (gthread-posix.c): "};
	static const gchar *const programs[] = {"qemu: uncaught target signal",
						"qemu: Unsupported syscall"};

	if (strstr(line, "GLib-ERROR **"))
		return TRUE;
	if (g_str_has_prefix(line, "ERROR:"))
		return g_str_equal(before, "**");
	for (guint i = 0; i < G_N_ELEMENTS(programs); i++)
		if (g_str_has_prefix(line, programs[i]))
			return FALSE;
	for (guint i = 0; i < G_N_ELEMENTS(starts); i++)
		if (g_str_has_prefix(line, starts[i]))
			return TRUE;
	return FALSE;
}

gchar *qemu_complaint(const gchar *err)
{
	g_auto(GStrv) lines = g_strsplit(err, "\n", -1);

	for (gchar **line = lines; *line; line++)
		if (is_complaint(*line, line > lines ? line[-1] : ""))
			return g_strdup(*line);
	return NULL;
}
