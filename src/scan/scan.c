#include "scan/scan.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/reader.h"
#include "base/write.h"
#include "judge/fate.h"
#include "scan/file.h"

/* One file that a thread scans. */
typedef struct {
	gchar *path;
	gboolean asked; /* named outright: what cannot be scanned is a problem */
} Job;

typedef struct {
	const ScanRequest *request;
	GCancellable *cancellable;
	Scan *scan;
	FileFeatures features;
	GPtrArray *jobs; /* of Job */
	guint done;
	GMutex mutex; /* guards scan, features and done once there are threads */
} Run;

static void job_free(gpointer data)
{
	Job *job = data;

	g_free(job->path);
	g_free(job);
}

static void add_problem(Run *run, const gchar *problem)
{
	g_mutex_lock(&run->mutex);
	g_ptr_array_add(run->scan->problems, g_strdup(problem));
	g_mutex_unlock(&run->mutex);
}

static void pass_over(Run *run)
{
	g_mutex_lock(&run->mutex);
	run->scan->passed_over++;
	g_mutex_unlock(&run->mutex);
}

/* --- one ELF file --- */

static gboolean is_elf(const guint8 *bytes, gsize count)
{
	return count >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0;
}

/* An ELF file that is asked for and unfit is a problem, others are passed over where they are for
 * another machine. */
static void scan_elf(Run *run, const gchar *path, const gchar *label, gboolean asked)
{
	FileFeatures features = file_features_new();
	g_autoptr(GError) error = NULL;
	ScanFile *file = file_scan(path, label, run->request->baseline, &features, &error);

	if (file) {
		g_mutex_lock(&run->mutex);
		g_ptr_array_add(run->scan->files, file);
		file_features_add(run->features.bare, features.bare);
		file_features_add(run->features.unknown, features.unknown);
		g_mutex_unlock(&run->mutex);
	} else if (asked || !strstr(error->message, "not for AArch64")) {
		add_problem(run, error->message);
	} else {
		pass_over(run);
	}
	file_features_clear(&features);
}

/* --- archives --- */

static gboolean is_archive_name(const gchar *name)
{
	static const gchar *const ends[] = {".tar", ".tar.gz", ".tar.xz", ".tar.zst", ".tar.bz2",
					    ".tgz", ".zip",    ".whl",    ".deb",     ".a",
					    ".jar", ".cpio",   ".apk",    ".crate",   NULL};

	for (guint i = 0; ends[i]; i++)
		if (g_str_has_suffix(name, ends[i]))
			return TRUE;
	return FALSE;
}

static void read_archive(Run *run, const gchar *path, const gchar *label, guint nested,
			 ReaderLimits *left, gboolean asked);

/* The entry's content goes to a file without a name. */
static gboolean copy_entry(Reader *reader, int to, const guint8 *first, gsize count, GError **error)
{
	guint8 block[65536];
	gssize more = (gssize)count;

	memcpy(block, first, count);
	while (more > 0) {
		if (!write_all(to, block, (gsize)more)) {
			g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno),
				    "a file for it cannot be written: %s", g_strerror(errno));
			return FALSE;
		}
		more = reader_read(reader, block, sizeof(block), error);
	}
	return more == 0;
}

/* Reads the magic number, which may come in pieces. */
static gssize read_start(Reader *reader, guint8 *to, gsize size, GError **error)
{
	gsize count = 0;

	while (count < size) {
		gssize more = reader_read(reader, to + count, size - count, error);

		if (more < 0)
			return -1;
		if (!more)
			break;
		count += (gsize)more;
	}
	return (gssize)count;
}

static gboolean take_entry(Run *run, Reader *reader, const Entry *entry, const gchar *label,
			   guint nested, ReaderLimits *left, GError **error)
{
	g_autofree gchar *name = g_strconcat(label, ": ", entry->path, NULL);
	g_autofree gchar *path = NULL;
	gboolean archive = is_archive_name(entry->path) && nested < SCAN_NESTED;
	guint8 start[SELFMAG];
	gssize count = read_start(reader, start, sizeof(start), error);
	gboolean well;
	int file;

	if (count < 0)
		return FALSE;
	if (!is_elf(start, (gsize)count) && !archive) {
		pass_over(run);
		return TRUE;
	}
	file = open(run->request->scratch, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (file < 0) {
		g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno),
			    "no file can be made in %s: %s", run->request->scratch,
			    g_strerror(errno));
		return FALSE;
	}
	path = g_strdup_printf("/proc/self/fd/%d", file);
	well = copy_entry(reader, file, start, (gsize)count, error);
	if (well && is_elf(start, (gsize)count))
		scan_elf(run, path, name, FALSE);
	else if (well)
		read_archive(run, path, name, nested + 1, left, FALSE);
	close(file);
	return well;
}

static void read_archive(Run *run, const gchar *path, const gchar *label, guint nested,
			 ReaderLimits *left, gboolean asked)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Reader) reader = reader_new_any(path, label, left, &error);
	const Entry *entry = NULL;

	while (reader && !g_cancellable_is_cancelled(run->cancellable) &&
	       reader_next(reader, &entry, &error) && entry)
		if (entry->kind == ENTRY_FILE &&
		    !take_entry(run, reader, entry, label, nested, left, &error))
			break;
	if (reader)
		*left = reader_left(reader);
	if (!error)
		return;
	if (asked || nested || is_archive_name(label))
		add_problem(run, error->message);
	else
		pass_over(run);
}

/* --- files and folders --- */

static void scan_path(gpointer data, gpointer run_data)
{
	const Job *job = data;
	Run *run = run_data;
	ReaderLimits limits = {SCAN_ENTRIES, SCAN_BYTES};
	guint8 start[SELFMAG];
	int file = open(job->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	gssize count = file < 0 ? -1 : read(file, start, sizeof(start));

	if (file >= 0)
		close(file);
	if (g_cancellable_is_cancelled(run->cancellable))
		return;
	if (count > 0 && !is_elf(start, (gsize)count) && (job->asked || is_archive_name(job->path)))
		read_archive(run, job->path, job->path, 0, &limits, job->asked);
	else if (job->asked || (count > 0 && is_elf(start, (gsize)count)))
		scan_elf(run, job->path, job->path, job->asked);
	else
		pass_over(run);
	g_mutex_lock(&run->mutex);
	run->done++;
	if (run->request->progress)
		run->request->progress(run->done, run->jobs->len, run->request->progress_data);
	g_mutex_unlock(&run->mutex);
}

static void add_job(Run *run, const gchar *path, gboolean asked)
{
	Job *job = g_new0(Job, 1);

	job->path = g_strdup(path);
	job->asked = asked;
	g_ptr_array_add(run->jobs, job);
}

static void add_folder(Run *run, const gchar *path, guint depth)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) dir = g_dir_open(path, 0, &error);
	const gchar *name;

	if (!dir || depth == SCAN_DEPTH) {
		g_ptr_array_add(run->scan->problems, dir ? g_strdup_printf("%s lies too deep", path)
							 : g_strdup(error->message));
		return;
	}
	while ((name = g_dir_read_name(dir)) && !g_cancellable_is_cancelled(run->cancellable)) {
		g_autofree gchar *below = g_build_filename(path, name, NULL);
		GStatBuf status;

		if (g_lstat(below, &status) || S_ISLNK(status.st_mode))
			continue;
		if (S_ISDIR(status.st_mode))
			add_folder(run, below, depth + 1);
		else if (S_ISREG(status.st_mode))
			add_job(run, below, FALSE);
	}
}

static void add_path(Run *run, const gchar *path)
{
	if (g_file_test(path, G_FILE_TEST_IS_DIR))
		add_folder(run, path, 0);
	else
		add_job(run, path, TRUE);
}

static void run_jobs(Run *run)
{
	GThreadPool *pool =
		g_thread_pool_new(scan_path, run, (gint)run->request->jobs, FALSE, NULL);

	for (guint i = 0; i < run->jobs->len; i++)
		g_thread_pool_push(pool, g_ptr_array_index(run->jobs, i), NULL);
	g_thread_pool_free(pool, FALSE, TRUE);
}

static gint by_path(gconstpointer a, gconstpointer b)
{
	const ScanFile *x = *(const ScanFile *const *)a, *y = *(const ScanFile *const *)b;

	return strcmp(x->path, y->path);
}

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const gchar *const *)a, *(const gchar *const *)b);
}

Scan *scan_run(const gchar *const *paths, const ScanRequest *request, GCancellable *cancellable,
	       GError **error)
{
	g_autoptr(Scan) scan = scan_new(request->baseline->name);
	Run run = {.request = request,
		   .cancellable = cancellable,
		   .scan = scan,
		   .features = file_features_new(),
		   .jobs = g_ptr_array_new_with_free_func(job_free)};

	g_mutex_init(&run.mutex);
	for (guint i = 0; paths[i]; i++)
		add_path(&run, paths[i]);
	run_jobs(&run);
	g_ptr_array_sort(scan->files, by_path);
	g_ptr_array_sort(scan->problems, by_text);
	fates_find(scan, request->profiles, run.features.bare, run.features.unknown);
	file_features_clear(&run.features);
	g_ptr_array_unref(run.jobs);
	g_mutex_clear(&run.mutex);
	if (g_cancellable_set_error_if_cancelled(cancellable, error))
		return NULL;
	return g_steal_pointer(&scan);
}
