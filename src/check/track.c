#include "check/track.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>

#include "artefact/target.h"
#include "base/child.h"
#include "base/error.h"

struct Track {
	TrackRequest request;
	GMutex checking; /* one check at a time: it uses all processors by itself */
	GMutex mutex;    /* guards what follows */
	Judged **judged; /* of each version, or NULL */
	Judged *(*votes)[BISECT_SKIP + 1]; /* of each version the last of each verdict, or NULL */
	gchar **trees;                     /* of each version where it stands built, or NULL */
};

Track *track_new(const TrackRequest *request)
{
	Track *self = g_new0(Track, 1);

	self->request = *request;
	self->judged = g_new0(Judged *, request->source->versions->len);
	self->votes = g_malloc0_n(request->source->versions->len, sizeof *self->votes);
	self->trees = g_new0(gchar *, request->source->versions->len);
	g_mutex_init(&self->checking);
	g_mutex_init(&self->mutex);
	return self;
}

static void drop_votes(Track *self, guint revision)
{
	for (guint i = 0; i <= BISECT_SKIP; i++)
		g_clear_pointer(&self->votes[revision][i], judged_free);
}

void track_free(Track *self)
{
	if (!self)
		return;
	for (guint i = 0; i < self->request.source->versions->len; i++) {
		judged_free(self->judged[i]);
		drop_votes(self, i);
		g_free(self->trees[i]);
	}
	g_free(self->judged);
	g_free(self->votes);
	g_free(self->trees);
	g_mutex_clear(&self->checking);
	g_mutex_clear(&self->mutex);
	g_free(self);
}

static const Version *version_of(const Track *self, guint revision)
{
	return g_ptr_array_index(self->request.source->versions, revision);
}

/* What it is kept as: a version that names a file or a command is another one when these change. */
static gchar *ledger_id(const Version *version)
{
	const gchar *what = version->command ? version->command : version->target;
	gboolean published = what && (subject_is_package(what) || target_is_debian(what));
	g_autofree gchar *text = NULL;
	g_autofree gchar *sum = NULL;
	GStatBuf status = {0};

	if (!what || published)
		return g_strdup(version->id);
	if (!version->command && g_stat(what, &status))
		status = (GStatBuf){0};
	text = g_strdup_printf("%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %ld", what,
			       (gint64)status.st_size, (gint64)status.st_mtim.tv_sec,
			       (long)status.st_mtim.tv_nsec);
	sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
	return g_strdup_printf("%s %.16s", version->id, sum);
}

guint track_recall(Track *self, Bisect *bisect)
{
	guint known = 0;

	for (guint i = 0; i < self->request.source->versions->len; i++) {
		g_autofree gchar *id = ledger_id(version_of(self, i));

		self->judged[i] = ledger_read(self->request.folder, id);
		if (self->judged[i] && self->judged[i]->repeat < self->request.repeat)
			g_clear_pointer(&self->judged[i], judged_free);
		if (!self->judged[i])
			continue;
		bisect_know(bisect, i, self->judged[i]->verdict);
		known++;
	}
	return known;
}

const Judged *track_judged(Track *self, guint revision)
{
	return self->judged[revision];
}

/* --- judging --- */

/* What is wrong with the version itself, is no fault of the rig: it cannot be judged. */
static Judged *check(Track *self, const gchar *target, GError **error)
{
	g_autoptr(Checks) checks = checks_new();
	g_autoptr(GError) why = NULL;
	Judged *judged = NULL;

	g_mutex_lock(&self->checking);
	if (check_add(self->request.check, target, checks, &why))
		judged = judged_of(g_ptr_array_index(checks->targets, 0));
	else if (g_error_matches(why, A64RIG_ERROR, A64RIG_ERROR_USAGE))
		judged = judged_new(BISECT_SKIP, why->message);
	else
		g_propagate_error(error, g_steal_pointer(&why));
	g_mutex_unlock(&self->checking);
	return judged;
}

/* As 'git bisect run' takes it; what ends by a signal, or cannot be found, says nothing. */
static Judged *judged_by(int status, const gchar *command, GError **error)
{
	enum { SKIP = 125, NOT_RUN = 126, NOT_FOUND = 127 };
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	g_autofree gchar *reason = NULL;

	if (code < 0 || code >= NOT_RUN) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "'%s' %s", command,
			    code == NOT_FOUND || code == NOT_RUN ? "cannot be run"
								 : "did not end by itself");
		return NULL;
	}
	reason = g_strdup_printf("'%s' ends with exit status %d", command, code);
	return judged_new(code == SKIP ? BISECT_SKIP
			  : code       ? BISECT_BAD
				       : BISECT_GOOD,
			  code ? reason : NULL);
}

static gboolean run_shell(const Track *self, const gchar *command, int *status, GError **error)
{
	const gchar *const argv[] = {"sh", "-c", command, NULL};
	const ChildSpec spec = {.argv = argv, .in = -1, .out = -1, .err = -1, .extra = -1};
	GCancellable *cancellable = self->request.check->cancellable;
	ChildResult result;

	if (!child_run(&spec, cancellable, &result, error) ||
	    g_cancellable_set_error_if_cancelled(cancellable, error))
		return FALSE;
	*status = result.status;
	return TRUE;
}

static Judged *run_command(Track *self, const gchar *tree, const gchar *command, GError **error)
{
	int status;

	if (self->request.builds ? builds_run(self->request.builds, tree, command, &status, error)
				 : run_shell(self, command, &status, error))
		return judged_by(status, command, error);
	return NULL;
}

static Judged *judge_tree(Track *self, const gchar *tree, GError **error)
{
	const gchar *target = self->request.target;
	g_autofree gchar *path = g_build_filename(tree, target, NULL);

	if (self->request.test)
		return run_command(self, tree, self->request.test, error);
	if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
		g_autofree gchar *reason = g_strdup_printf("the build made no %s", target);

		return judged_new(BISECT_SKIP, reason);
	}
	return check(self, path, error);
}

/* It is the work of one thread, until it is settled. */
static void give_back(Track *self, guint revision)
{
	if (self->trees[revision])
		builds_done(self->request.builds, g_steal_pointer(&self->trees[revision]));
}

static Judged *judge_commit(Track *self, guint revision, GError **error)
{
	gchar **tree = &self->trees[revision];
	g_autofree gchar *failed = NULL;
	Judged *judged;

	if (!*tree)
		*tree = builds_make(self->request.builds, version_of(self, revision)->id, &failed,
				    error);
	if (!*tree)
		return failed ? judged_new(BISECT_SKIP, failed) : NULL;
	judged = judge_tree(self, *tree, error);
	if (!judged)
		give_back(self, revision);
	return judged;
}

static Judged *judge(Track *self, guint revision, GError **error)
{
	const Version *version = version_of(self, revision);

	if (self->request.builds)
		return judge_commit(self, revision, error);
	if (version->command)
		return run_command(self, NULL, version->command, error);
	return check(self, version->target, error);
}

gboolean track_judge(Track *self, guint revision, BisectVerdict *verdict, GError **error)
{
	Judged *judged = judge(self, revision, error);
	Judged **vote;

	if (!judged)
		return FALSE;
	*verdict = judged->verdict;
	vote = &self->votes[revision][judged->verdict];
	judged_free(*vote);
	*vote = judged;
	return TRUE;
}

gboolean track_settle(Track *self, guint revision, BisectVerdict verdict, GError **error)
{
	g_autofree gchar *id = ledger_id(version_of(self, revision));
	Judged *judged = g_steal_pointer(&self->votes[revision][verdict]);

	give_back(self, revision);
	drop_votes(self, revision);
	judged->repeat = self->request.repeat;
	g_mutex_lock(&self->mutex);
	judged_free(self->judged[revision]);
	self->judged[revision] = judged;
	if (self->request.told)
		self->request.told(revision, judged, self->request.data);
	g_mutex_unlock(&self->mutex);
	return ledger_write(self->request.folder, id, judged, error);
}
