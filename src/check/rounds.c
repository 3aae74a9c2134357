#include "check/rounds.h"

#include <string.h>

#include "base/error.h"
#include "check/start.h"

typedef struct {
	const CheckRequest *request;
	const TargetRequest *target;
	Checked *checked;
	const gchar *path;
	RoundsResults take;
	gpointer data;
} Rounds;

/* It ends a program for which it has no library, or only an older one (glibc, elf/rtld.c and
 * elf/dl-version.c). */
gboolean rounds_loaded(const Outcome *outcome)
{
	enum { NOT_LOADED = 127 };

	return outcome->code != NOT_LOADED && !strstr(outcome->err, "error while loading shared") &&
	       !strstr(outcome->err, "version `");
}

static gboolean rig_failed(const Checked *checked, GError **error)
{
	for (guint i = 0; i < checked->files->len; i++) {
		const CheckedFile *file = g_ptr_array_index(checked->files, i);
		const Finding *finding = file->finding;

		if (!finding || finding->verdict != VERDICT_RIG_FAULT)
			continue;
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "%s: %s: %s", checked->target,
			    file->path, finding->reason ? finding->reason : "it could not be run");
		return TRUE;
	}
	return FALSE;
}

static gboolean run_in(const Rounds *rounds, const gchar *root, const gchar *python, GError **error)
{
	g_autoptr(Results) results =
		start_files(rounds->request, rounds->checked, rounds->path, root, python, error);

	if (!results || rig_failed(rounds->checked, error))
		return FALSE;
	rounds->take(results, rounds->data);
	return TRUE;
}

/* --- Debian's --- */

static gboolean lacks_libraries(const Checked *checked)
{
	for (guint i = 0; i < checked->files->len; i++) {
		const CheckedFile *file = g_ptr_array_index(checked->files, i);
		const Outcome *outcome = file->finding ? file->finding->reference : NULL;

		if (file->not_started || (outcome && !rounds_loaded(outcome)))
			return TRUE;
	}
	return FALSE;
}

/* TRUE, too, where Debian has not what it wants. */
static gboolean run_in_debian(const Rounds *rounds, const gchar *python, GError **error)
{
	g_autoptr(GError) why = NULL;
	g_autofree gchar *root = target_root(rounds->target, rounds->checked->target, python, &why);

	if (why) {
		g_propagate_error(error, g_steal_pointer(&why));
		return FALSE;
	}
	return !root || run_in(rounds, root, python, error);
}

/* --- Python's --- */

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const gchar *const *)a, *(const gchar *const *)b);
}

static GPtrArray *pythons_of(const Checked *checked)
{
	GPtrArray *pythons = g_ptr_array_new();

	for (guint i = 0; i < checked->files->len; i++) {
		const CheckedFile *file = g_ptr_array_index(checked->files, i);

		if (file->python &&
		    !g_ptr_array_find_with_equal_func(pythons, file->python, g_str_equal, NULL))
			g_ptr_array_add(pythons, file->python);
	}
	g_ptr_array_sort(pythons, by_text);
	return pythons;
}

static void name_lacking(const Checked *checked, const gchar *python)
{
	for (guint i = 0; i < checked->files->len; i++) {
		CheckedFile *file = g_ptr_array_index(checked->files, i);

		if (g_strcmp0(file->python, python) == 0 && !file->finding && !file->not_started)
			file->not_started = g_strdup_printf(
				"not started: Debian has no Python %s for arm64 here", python);
	}
}

gboolean rounds_run(const CheckRequest *request, const TargetRequest *target, Checked *checked,
		    const gchar *path, RoundsResults take, gpointer data, GError **error)
{
	const Rounds rounds = {request, target, checked, path, take, data};
	g_autoptr(GPtrArray) pythons = pythons_of(checked);

	if (!run_in(&rounds, NULL, NULL, error) ||
	    (lacks_libraries(checked) && target_is_debian(checked->target) &&
	     !run_in_debian(&rounds, NULL, error)))
		return FALSE;
	for (guint i = 0; i < pythons->len; i++) {
		const gchar *python = g_ptr_array_index(pythons, i);

		if (!run_in_debian(&rounds, python, error))
			return FALSE;
		name_lacking(checked, python);
	}
	return TRUE;
}
