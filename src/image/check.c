#include "image/check.h"

#include <string.h>

#include "base/error.h"
#include "base/stamp.h"
#include "image/modules.h"
#include "image/split.h"

/* Whatever else changes in how an image, or an initrd, is made of the same inputs counts here. */
#define DISK_FORMAT   "a64rig disk 1\n"
#define INITRD_FORMAT "a64rig initrd 1\n"

const gchar *const check_disk_parts[] = {"root.qcow2", "kernel", "modules", "sysroot", NULL};

static gchar *digest(const gchar *text)
{
	return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
}

gchar *check_disk_inputs(const Recipe *recipe)
{
	g_autoptr(GString) text = g_string_new(DISK_FORMAT);
	g_autofree gchar *rules = split_rules();
	g_autofree gchar *modules = modules_rules();

	g_string_append_printf(text, "%s\n%s\n%s\n%u\n%u\n", recipe->suite, recipe->kernel,
			       recipe->kernel_suite ? recipe->kernel_suite : "", recipe->page,
			       recipe->size);
	for (guint i = 0; i < recipe->packages_count; i++)
		g_string_append_printf(text, "%s\n", recipe->packages[i]);
	g_string_append_printf(text, "%s%s\n", rules, modules);
	return digest(text->str);
}

gchar *check_guest(const Paths *paths)
{
	return g_build_filename(paths->prepared, "guest", "a64rig-guest", NULL);
}

gchar *check_initrd_inputs(const Paths *paths, GError **error)
{
	g_autofree gchar *guest = check_guest(paths);
	g_autofree gchar *sum = NULL;
	g_autofree gchar *text = NULL;

	if (!g_file_test(guest, G_FILE_TEST_IS_REGULAR)) {
		g_autofree gchar *command = paths_prepare_command(paths);

		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "%s is not there; run '%s'",
			    guest, command);
		return NULL;
	}
	sum = stamp_digest(guest, error);
	text = sum ? g_strconcat(INITRD_FORMAT, sum, NULL) : NULL;
	return text ? digest(text) : NULL;
}

gboolean check_take(Record *record, const gchar *folder, const gchar *part, GError **error)
{
	g_autofree gchar *path = g_build_filename(folder, part, NULL);
	g_autofree gchar *before = stamp(path);
	g_autofree gchar *sum = stamp_digest(path, error);

	if (sum)
		record_put(record, part, sum, before ? before : "");
	return !!sum;
}

/* As git does with its index: what looks as it did is not read again. */
static gboolean holds(Record *record, const gchar *folder, const gchar *part, gboolean *renewed)
{
	g_autofree gchar *path = g_build_filename(folder, part, NULL);
	g_autofree gchar *now = stamp(path);
	RecordPart *known = record_part(record, part);
	g_autofree gchar *sum = NULL;

	if (!known || !now)
		return FALSE;
	if (g_str_equal(now, known->stamp))
		return TRUE;
	sum = stamp_digest(path, NULL);
	if (g_strcmp0(sum, known->sha256) != 0)
		return FALSE;
	record_put(record, part, sum, now);
	*renewed = TRUE;
	return TRUE;
}

static void decide(Check *check, ImageState state, Stale stale, gchar *reason)
{
	check->state = state;
	check->stale = stale;
	check->reason = reason;
}

static void decide_damaged(Check *check, Stale stale, const gchar *part)
{
	decide(check, IMAGE_DAMAGED, stale, g_strdup_printf("%s is not as it was built", part));
}

static gboolean check_parts(Check *check, const gchar *folder)
{
	gboolean renewed = FALSE;
	const gchar *damaged = NULL;

	for (guint i = 0; check_disk_parts[i] && !damaged; i++)
		if (!holds(check->record, folder, check_disk_parts[i], &renewed))
			damaged = check_disk_parts[i];
	if (damaged)
		decide_damaged(check, STALE_ALL, damaged);
	else if (!holds(check->record, folder, CHECK_INITRD, &renewed))
		decide_damaged(check, STALE_INITRD, CHECK_INITRD);
	return renewed;
}

static void check_record(Check *check, const Paths *paths, const Recipe *recipe,
			 const gchar *folder, const gchar *path)
{
	g_autofree gchar *disk = check_disk_inputs(recipe);
	g_autofree gchar *initrd = check_initrd_inputs(paths, NULL);

	if (!g_str_equal(check->record->name, recipe->name) ||
	    !g_str_equal(check->record->disk_inputs, disk)) {
		decide(check, IMAGE_OUTDATED, STALE_ALL,
		       g_strdup("what it is made from has changed since it was built"));
		return;
	}
	if (check_parts(check, folder) && !check->stale)
		record_save(check->record, path, NULL);
	if (!check->stale && g_strcmp0(check->record->initrd_inputs, initrd) != 0)
		decide(check, IMAGE_OUTDATED, STALE_INITRD,
		       g_strdup("the guest program has changed since it was built"));
}

Check check_image(const Paths *paths, const Recipe *recipe, const gchar *folder)
{
	Check check = {.state = IMAGE_BUILT};
	g_autofree gchar *path = g_build_filename(folder, CHECK_RECORD, NULL);

	if (!g_file_test(folder, G_FILE_TEST_IS_DIR)) {
		decide(&check, IMAGE_MISSING, STALE_ALL, NULL);
		return check;
	}
	check.record = record_load(path, NULL);
	if (check.record)
		check_record(&check, paths, recipe, folder, path);
	else
		decide_damaged(&check, STALE_ALL, CHECK_RECORD);
	return check;
}

void check_clear(Check *check)
{
	g_clear_pointer(&check->reason, g_free);
	g_clear_pointer(&check->record, record_free);
}
