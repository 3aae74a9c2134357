#include "sys/evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/tail.h"
#include "base/write.h"
#include "isa/hwcap.h"

struct Evidence {
	gchar *folder;
	int out, err;
	int core;         /* the one that is being written, or -1 */
	gchar *core_path; /* of the last one */
	guint64 written[2], core_written;
	gchar *hwcaps, *end;
};

static int create(const gchar *folder, const gchar *name, GError **error)
{
	g_autofree gchar *path = g_build_filename(folder, name, NULL);
	int file = open(path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);

	if (file < 0)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot write '%s': %s", path,
			    g_strerror(errno));
	return file;
}

Evidence *evidence_new(const gchar *folder, GError **error)
{
	g_autoptr(Evidence) evidence = g_new0(Evidence, 1);

	evidence->folder = g_strdup(folder);
	evidence->core = -1;
	evidence->out = create(folder, "stdout", error);
	evidence->err = evidence->out < 0 ? -1 : create(folder, "stderr", error);
	return evidence->err < 0 ? NULL : g_steal_pointer(&evidence);
}

void evidence_free(Evidence *evidence)
{
	if (!evidence)
		return;
	if (evidence->out >= 0)
		close(evidence->out);
	if (evidence->err >= 0)
		close(evidence->err);
	if (evidence->core >= 0)
		close(evidence->core);
	g_free(evidence->folder);
	g_free(evidence->core_path);
	g_free(evidence->hwcaps);
	g_free(evidence->end);
	g_free(evidence);
}

static gboolean append(int file, const guint8 *bytes, gsize length, guint64 *written, guint64 most,
		       GError **error)
{
	gsize left = (gsize)MIN(length, most - *written);

	*written += left;
	if (write_all(file, bytes, left))
		return TRUE;
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
		    "what the guest says cannot be written: %s", g_strerror(errno));
	return FALSE;
}

/* Cores of several processes come one after the other; a new one replaces the one before: the last
 * is that of the process that ended the run. */
static gboolean take_core(Evidence *evidence, const guint8 *bytes, gsize length, GError **error)
{
	if (!length) {
		if (evidence->core >= 0)
			close(evidence->core);
		evidence->core = -1;
		return TRUE;
	}
	if (evidence->core < 0) {
		evidence->core = create(evidence->folder, "core", error);
		if (evidence->core < 0)
			return FALSE;
		g_free(evidence->core_path);
		evidence->core_path = g_build_filename(evidence->folder, "core", NULL);
		evidence->core_written = 0;
	}
	return append(evidence->core, bytes, length, &evidence->core_written, EVIDENCE_CORE, error);
}

static void take_text(gchar **text, const guint8 *bytes, gsize length)
{
	g_autofree gchar *raw = g_strndup((const gchar *)bytes, length);

	g_free(*text);
	*text = g_strstrip(g_utf8_make_valid(raw, -1));
}

gboolean evidence_take(const gchar *name, const guint8 *bytes, gsize length, gpointer data,
		       GError **error)
{
	Evidence *evidence = data;

	if (g_str_equal(name, "out"))
		return append(evidence->out, bytes, length, &evidence->written[0], EVIDENCE_OUTPUT,
			      error);
	if (g_str_equal(name, "err"))
		return append(evidence->err, bytes, length, &evidence->written[1], EVIDENCE_OUTPUT,
			      error);
	if (g_str_has_prefix(name, "core:"))
		return take_core(evidence, bytes, length, error);
	if (g_str_equal(name, "hwcaps"))
		take_text(&evidence->hwcaps, bytes, length);
	else if (g_str_equal(name, "end"))
		take_text(&evidence->end, bytes, length);
	return TRUE;
}

/*
 * what the guest's program says      outcome
 * "exited 0 RSS"                     exited 0, a pass, if its subject was loaded
 * "exited 77 RSS"                    skipped, its last line of output is the reason
 * "exited N RSS"                     exited N
 * "signalled N RSS"                  signalled N
 * "timed-out"                        timed out
 * "out-of-memory"                    rig fault: the guest is too small for it
 * "failed E STEP"                    rig fault: the program was not started
 * "refused WHY", anything else       rig fault
 */
void evidence_map_end(Outcome *outcome, const gchar *end)
{
	gchar *complaint = outcome_preload_complaint(outcome);
	unsigned long long kib;
	int number, at = 0;

	if (complaint) {
		outcome_end(outcome, OUTCOME_RIG_FAULT, complaint);
	} else if (sscanf(end, "exited %d %llu", &number, &kib) == 2) {
		outcome_exited(outcome, number);
	} else if (sscanf(end, "signalled %d %llu", &number, &kib) == 2) {
		outcome->signal = number;
		outcome_end(outcome, OUTCOME_SIGNALLED, NULL);
	} else if (g_str_equal(end, "timed-out")) {
		outcome_end(outcome, OUTCOME_TIMED_OUT, NULL);
	} else if (g_str_equal(end, "out-of-memory")) {
		outcome_end(outcome, OUTCOME_RIG_FAULT,
			    g_strdup("the guest's memory was not enough for the program"));
	} else if (sscanf(end, "failed %d %n", &number, &at) == 1 && at) {
		outcome_end(outcome, OUTCOME_RIG_FAULT,
			    g_strdup_printf("in the guest: %s: %s", end + at, g_strerror(number)));
	} else {
		outcome_end(outcome, OUTCOME_RIG_FAULT,
			    g_strdup_printf("the guest's program says '%.80s'", end));
	}
}

static gchar **lacking(const Profile *profile, gchar **hwcaps)
{
	g_autoptr(GStrvBuilder) names = g_strv_builder_new();
	g_auto(GStrv) found = NULL;

	for (; profile->hwcaps_count && *hwcaps; hwcaps++) {
		gboolean has = hwcap_is_kernels(*hwcaps);

		for (guint i = 0; i < profile->hwcaps_count && !has; i++)
			has = g_str_equal(profile->hwcaps[i], *hwcaps);
		if (!has)
			g_strv_builder_add(names, *hwcaps);
	}
	found = g_strv_builder_end(names);
	return *found ? g_steal_pointer(&found) : NULL;
}

void evidence_conclude(Evidence *evidence, const Profile *profile, Outcome *outcome)
{
	g_free(outcome->out);
	g_free(outcome->err);
	outcome->out = tail_text(evidence->out);
	outcome->err = tail_text(evidence->err);
	outcome->core = g_steal_pointer(&evidence->core_path);
	if (evidence->hwcaps && *evidence->hwcaps) {
		outcome->hwcaps = g_strsplit(evidence->hwcaps, " ", -1);
		outcome->masked = lacking(profile, outcome->hwcaps);
	}
	evidence_map_end(outcome, evidence->end ? evidence->end : "nothing");
}
