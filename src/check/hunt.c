#include "check/hunt.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/lock.h"

struct Hunt {
	HuntRequest request;
	Source *source;
	gchar *folder, *ledger; /* of what is kept */
	int lock;
	Builds *builds;
	Track *track;
	Bisect *bisect;
	GPtrArray *changes;
	Answer answer;
};

static const Request *what(const Hunt *self)
{
	return self->request.check->request;
}

/* --- what is searched --- */

static Source *open_source(const HuntRequest *request, GError **error)
{
	const SourceRequest source = {.paths = request->check->request->paths,
				      .news = request->news,
				      .data = request->data,
				      .cancellable = request->check->cancellable};
	const gchar *revisions[] = {"HEAD", NULL, NULL};

	if (request->npm)
		return source_npm(&source, request->npm, error);
	if (request->debian)
		return source_debian(&source, request->debian, error);
	if (request->list)
		return source_list(request->list, error);
	if (request->good) {
		revisions[0] = request->good;
		revisions[1] = request->bad;
	}
	return source_git(request->git, revisions, error);
}

/* What makes two searches the same, so that the one may use what the other has found. */
static gchar *folder_of(const Hunt *self)
{
	const gchar *const parts[] = {
		A64RIG_VERSION,        self->source->name,         what(self)->baseline,
		what(self)->reference, self->request.check->smoke, self->request.build,
		self->request.target,  self->request.test};
	g_autoptr(GString) key = g_string_new(NULL);
	g_autofree gchar *sum = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
		g_string_append_printf(key, "%s\n", parts[i] ? parts[i] : "");
	sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, key->str, -1);
	sum[32] = '\0';
	return g_build_filename(what(self)->paths->bisect, sum, NULL);
}

static void waits(gpointer data)
{
	const Hunt *self = data;

	self->request.news("waiting for another rig, which searches the same", self->request.data);
}

static void forget(const gchar *ledger)
{
	g_autoptr(GDir) dir = g_dir_open(ledger, 0, NULL);
	const gchar *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree gchar *path = g_build_filename(ledger, name, NULL);

		g_remove(path);
	}
}

static gboolean open_folder(Hunt *self, GError **error)
{
	g_autofree gchar *lock = NULL;

	self->folder = folder_of(self);
	self->ledger = g_build_filename(self->folder, "ledger", NULL);
	lock = g_strconcat(self->folder, ".lock", NULL);
	if (g_mkdir_with_parents(self->ledger, 0755)) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "%s: %s", self->ledger,
			    g_strerror(errno));
		return FALSE;
	}
	self->lock = lock_take(lock, waits, self, self->request.check->cancellable, error);
	if (self->lock < 0)
		return FALSE;
	if (self->request.fresh)
		forget(self->ledger);
	return TRUE;
}

Hunt *hunt_new(const HuntRequest *request, GError **error)
{
	g_autoptr(Hunt) self = g_new0(Hunt, 1);

	self->request = *request;
	self->lock = -1;
	self->source = open_source(request, error);
	if (!self->source)
		return NULL;
	if (!self->source->versions->len) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE, "%s has no versions",
			    self->source->name);
		return NULL;
	}
	return open_folder(self, error) ? g_steal_pointer(&self) : NULL;
}

void hunt_free(Hunt *self)
{
	if (!self)
		return;
	g_clear_pointer(&self->changes, g_ptr_array_unref);
	bisect_free(self->bisect);
	track_free(self->track);
	builds_free(self->builds);
	source_free(self->source);
	if (self->lock >= 0)
		close(self->lock);
	g_free(self->ledger);
	g_free(self->folder);
	g_free(self);
}

/* --- what is judged --- */

static gboolean judge(guint revision, BisectVerdict *verdict, gpointer data, GError **error)
{
	const Hunt *self = data;

	return track_judge(self->track, revision, verdict, error);
}

static gboolean settle(guint revision, BisectVerdict verdict, gpointer data, GError **error)
{
	const Hunt *self = data;

	return track_settle(self->track, revision, verdict, error);
}

static void tell(guint revision, const Judged *judged, gpointer data)
{
	const Hunt *self = data;

	self->request.judged(g_ptr_array_index(self->source->versions, revision), judged,
			     self->request.data);
}

static void tell_left(guint left, guint steps, gpointer data)
{
	const Hunt *self = data;

	self->request.left(left, steps, self->request.data);
}

static void open_track(Hunt *self)
{
	const HuntRequest *request = &self->request;
	const TrackRequest track = {.check = request->check,
				    .source = self->source,
				    .builds = self->builds,
				    .target = request->target,
				    .test = request->test,
				    .folder = self->ledger,
				    .repeat = request->repeat,
				    .told = tell,
				    .data = self};
	const BisectRequest bisect = {.history = self->source->history,
				      .test = judge,
				      .settled = settle,
				      .progress = tell_left,
				      .data = self,
				      .jobs = request->jobs,
				      .repeat = request->repeat,
				      .cancellable = request->check->cancellable};

	self->track = track_new(&track);
	self->bisect = bisect_new(&bisect);
}

static gboolean open_builds(Hunt *self, GError **error)
{
	const HuntRequest *request = &self->request;
	const BuildRequest build = {.repository = request->git,
				    .folder = self->folder,
				    .command = request->build,
				    .jobs = request->jobs,
				    .timeout = request->build_timeout,
				    .sandbox = what(self)->sandbox,
				    .cancellable = request->check->cancellable};

	self->builds = request->git ? builds_new(&build, error) : NULL;
	return !request->git || self->builds;
}

/* --- the search --- */

static guint probes_of(const Hunt *self)
{
	if (self->request.probes >= 0)
		return (guint)self->request.probes;
	if (self->request.git)
		return HUNT_GIT;
	return self->source->versions->len > HUNT_ALL ? HUNT_ALL : 0;
}

/* What the user says of a version is taken as it is, as git does. */
static gboolean take_end(const Hunt *self, const gchar *word, BisectVerdict verdict, guint *number,
			 GError **error)
{
	if (!source_find(self->source, self->request.git, word, number, error))
		return FALSE;
	if (!bisect_known(self->bisect, *number))
		bisect_know(self->bisect, *number, verdict);
	return TRUE;
}

/* One of the two between which it changes may be one that the user has named: the answer says what
 * is in it, and so it is looked at. */
static gboolean verify(const Hunt *self, guint number, GError **error)
{
	BisectVerdict named = bisect_known(self->bisect, number), verdict;
	const Version *version = g_ptr_array_index(self->source->versions, number);

	if (track_judged(self->track, number))
		return TRUE;
	if (!bisect_judge(self->bisect, number, &verdict, error))
		return FALSE;
	if (verdict == named)
		return TRUE;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s was named as %s, and is %s",
		    version->id, bisect_name(named),
		    verdict == BISECT_SKIP ? "one that cannot be judged" : bisect_name(verdict));
	return FALSE;
}

/* Between the two that are named, whichever is older; else all over. */
static gboolean find_changes(Hunt *self, GError **error)
{
	BisectChange *change;
	guint good, bad;

	if (!self->request.good) {
		self->changes = bisect_all(self->bisect, probes_of(self), error);
		return self->changes != NULL;
	}
	if (!take_end(self, self->request.good, BISECT_GOOD, &good, error) ||
	    !take_end(self, self->request.bad, BISECT_BAD, &bad, error))
		return FALSE;
	change = bisect_between(self->bisect, MIN(good, bad), MAX(good, bad), error);
	if (!change)
		return FALSE;
	self->changes = g_ptr_array_new_with_free_func((GDestroyNotify)bisect_change_free);
	g_ptr_array_add(self->changes, change);
	return verify(self, change->first, error) && verify(self, change->before, error);
}

gboolean hunt_run(Hunt *self, GError **error)
{
	guint known;

	if (!open_builds(self, error))
		return FALSE;
	open_track(self);
	known = track_recall(self->track, self->bisect);
	if (!find_changes(self, error))
		return FALSE;
	self->answer = (Answer){.source = self->source,
				.track = self->track,
				.bisect = self->bisect,
				.changes = self->changes,
				.baseline = what(self)->baseline,
				.known = known,
				.repeated = self->request.repeat > 1};
	return TRUE;
}

const Answer *hunt_answer(const Hunt *self)
{
	return &self->answer;
}

const gchar *hunt_name(const Hunt *self)
{
	return self->source->name;
}
