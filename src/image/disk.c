#include "image/disk.h"

#include <fcntl.h>
#include <glob.h>
#include <guestfs.h>
#include <linux/kvm.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/paths.h"

/* Seconds. With a KVM that works the appliance starts in three; there are some that only seem to.
 */
enum { DEADLINE = 900, KVM_DEADLINE = 10 };

/* What a build is watched for from another thread, since libguestfs blocks. */
typedef struct {
	GMutex mutex;
	GCond changed;
	gint64 begun;  /* microseconds, monotonic: when the appliance was first seen */
	gint deadline; /* seconds from then */
	gboolean over;
	const gchar *reason; /* why it was killed */
	gchar *message;      /* libguestfs's own */
	const gchar *disk;
	const gchar *folder; /* of the disk */
	GCancellable *cancellable;
	ImageNews news;
	gpointer data;
	const gchar *doing;
} Watch;

gboolean disk_has_kvm(void)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int machine = kvm < 0 ? -1 : ioctl(kvm, KVM_CREATE_VM, 0);

	if (machine >= 0)
		close(machine);
	if (kvm >= 0)
		close(kvm);
	return machine >= 0;
}

/* As libguestfs calls it. NOLINTNEXTLINE(readability-function-size) */
static void on_progress(guestfs_h *g, void *opaque, uint64_t event, int handle, int flags,
			const char *buffer, size_t size, const uint64_t *array, size_t count)
{
	Watch *watch = opaque;

	(void)g, (void)event, (void)handle, (void)flags, (void)buffer, (void)size;
	if (count >= 4 && array[3])
		watch->news(watch->doing, (gdouble)array[2] / (gdouble)array[3], watch->data);
}

static gboolean names(const gchar *pid, const gchar *word)
{
	g_autofree gchar *path = g_strdup_printf("/proc/%s/cmdline", pid);
	g_autofree gchar *words = NULL;
	gsize length;

	return g_file_get_contents(path, &words, &length, NULL) &&
	       memmem(words, length, word, strlen(word));
}

/* The appliance's QEMU is the child of ours that names the disk; libguestfs tells its process only
 * when it is up. 0 where there is none. */
static gint find_appliance(const gchar *disk)
{
	g_autofree gchar *children = NULL;
	g_autoptr(GDir) tasks = g_dir_open("/proc/self/task", 0, NULL);
	const gchar *task;

	while (tasks && (task = g_dir_read_name(tasks))) {
		g_autofree gchar *path =
			g_build_filename("/proc/self/task", task, "children", NULL);
		g_auto(GStrv) pids = NULL;

		g_clear_pointer(&children, g_free);
		if (!g_file_get_contents(path, &children, NULL, NULL))
			continue;
		pids = g_strsplit(children, " ", -1);
		for (guint i = 0; pids[i]; i++)
			if (*pids[i] && names(pids[i], disk))
				return (gint)strtol(pids[i], NULL, 10);
	}
	return 0;
}

static const gchar *reason_to_stop(const Watch *watch)
{
	if (g_cancellable_is_cancelled(watch->cancellable))
		return "it was cancelled";
	if (path_is_full(watch->folder))
		return "no space left on the disk";
	return g_get_monotonic_time() - watch->begun > (gint64)watch->deadline * G_USEC_PER_SEC
		       ? "it took too long"
		       : NULL;
}

static void look(Watch *watch)
{
	gint pid = find_appliance(watch->disk);

	if (!pid)
		return;
	if (!watch->begun)
		watch->begun = g_get_monotonic_time();
	if (!watch->reason)
		watch->reason = reason_to_stop(watch);
	if (watch->reason)
		kill(pid, SIGKILL);
}

/* Ends the appliance where the user asks for it, and where it would wait for ever: QEMU does on a
 * disk that is full. */
static gpointer watch_over(gpointer data)
{
	Watch *watch = data;

	g_mutex_lock(&watch->mutex);
	while (!watch->over) {
		look(watch);
		g_cond_wait_until(&watch->changed, &watch->mutex,
				  g_get_monotonic_time() + G_USEC_PER_SEC / 5);
	}
	g_mutex_unlock(&watch->mutex);
	return NULL;
}

static void begin(Watch *watch, const gchar *doing, gint deadline)
{
	g_mutex_lock(&watch->mutex);
	watch->begun = 0;
	watch->deadline = deadline;
	watch->reason = NULL;
	watch->doing = doing;
	g_mutex_unlock(&watch->mutex);
	watch->news(doing, -1, watch->data);
}

static void end(guestfs_h *g, Watch *watch)
{
	g_free(watch->message);
	watch->message = g_strdup(guestfs_last_error(g));
	guestfs_close(g);
}

static gboolean start(guestfs_h *g, Watch *watch, guint size, gboolean kvm)
{
	guestfs_set_error_handler(g, NULL, NULL);
	guestfs_set_event_callback(g, on_progress, GUESTFS_EVENT_PROGRESS, 0, watch);
	if (guestfs_set_backend(g, "direct") ||
	    (!kvm && guestfs_set_backend_setting(g, "force_tcg", "1")) ||
	    guestfs_disk_create(g, watch->disk, "qcow2", (int64_t)size << 20, -1) ||
	    guestfs_add_drive_opts(g, watch->disk, GUESTFS_ADD_DRIVE_OPTS_FORMAT, "qcow2",
				   GUESTFS_ADD_DRIVE_OPTS_CACHEMODE, "unsafe", -1))
		return FALSE;
	if (kvm)
		begin(watch, "starting libguestfs", KVM_DEADLINE);
	else
		begin(watch, "starting libguestfs without KVM, emulated", DEADLINE);
	return !guestfs_launch(g);
}

static gboolean fill(guestfs_h *g, Watch *watch, const gchar *tar)
{
	begin(watch, "making the root file system", DEADLINE);
	if (guestfs_mkfs_opts(g, "ext4", "/dev/sda", GUESTFS_MKFS_OPTS_FEATURES, "^has_journal",
			      -1) ||
	    guestfs_mount(g, "/dev/sda", "/"))
		return FALSE;
	begin(watch, "filling the root disk", DEADLINE);
	return !guestfs_tar_in(g, tar, "/") && !guestfs_umount_all(g) && !guestfs_shutdown(g);
}

/* *again says whether it can be worth a try without KVM. */
static gboolean make(Watch *watch, const gchar *tar, guint size, gboolean kvm, gboolean *again)
{
	guestfs_h *g = guestfs_create();
	gboolean fine = g && start(g, watch, size, kvm);

	*again = kvm && g && !fine;
	fine = fine && fill(g, watch, tar);
	if (g)
		end(g, watch);
	return fine;
}

/* Its appliance boots the host's kernel, which Ubuntu lets only root read. */
static const gchar *remedy(void)
{
	const gchar *found = "";
	glob_t kernels;

	if (glob("/boot/vmlinuz-*", 0, NULL, &kernels))
		return "; it needs a kernel in /boot: apt install linux-image-generic, or on "
		       "Debian linux-image-cloud-amd64";
	if (access(kernels.gl_pathv[kernels.gl_pathc - 1], R_OK))
		found = "; you cannot read the kernel in /boot that it needs: sudo chmod +r "
			"/boot/vmlinuz-*";
	globfree(&kernels);
	return found;
}

static void explain(const Watch *watch, GError **error)
{
	if (g_cancellable_set_error_if_cancelled(watch->cancellable, error))
		return;
	if (watch->reason)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "%s: '%s' was stopped",
			    watch->reason, watch->doing);
	else
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "libguestfs failed when %s: %s%s; 'libguestfs-test-tool' tells more",
			    watch->doing, watch->message ? watch->message : "it does not say why",
			    remedy());
}

gboolean disk_make(const gchar *disk, const gchar *tar, guint size, ImageNews news, gpointer data,
		   GCancellable *cancellable, GError **error)
{
	g_autofree gchar *folder = g_path_get_dirname(disk);
	Watch watch = {.disk = disk,
		       .folder = folder,
		       .cancellable = cancellable,
		       .news = news,
		       .data = data,
		       .doing = "creating the root disk"};
	GThread *thread = g_thread_new("watch", watch_over, &watch);
	gboolean again;
	gboolean fine = make(&watch, tar, size, disk_has_kvm(), &again);

	if (again && !g_cancellable_is_cancelled(cancellable))
		fine = make(&watch, tar, size, FALSE, &again);
	g_mutex_lock(&watch.mutex);
	watch.over = TRUE;
	g_cond_signal(&watch.changed);
	g_mutex_unlock(&watch.mutex);
	g_thread_join(thread);
	if (!fine)
		explain(&watch, error);
	g_free(watch.message);
	return fine;
}
