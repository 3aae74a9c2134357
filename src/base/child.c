#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

/* Descriptors are moved above all others first, so that giving one its place never closes another.
 * What the rig itself was started with is none of the child's business. */
static int add_files(posix_spawn_file_actions_t *actions, const ChildSpec *spec)
{
	const int files[] = {spec->in, spec->out, spec->err, spec->extra};
	const int count = spec->extra >= 0 ? 4 : 3;
	int failure = 0;
	int above = 4;

	for (int i = 0; i < count; i++)
		above = MAX(above, files[i] + 1);
	for (int i = 0; i < count && !failure; i++)
		failure =
			files[i] >= 0
				? posix_spawn_file_actions_adddup2(actions, files[i], above + i)
				: posix_spawn_file_actions_addopen(actions, above + i, "/dev/null",
								   i ? O_WRONLY : O_RDONLY, 0);
	for (int i = 0; i < count && !failure; i++)
		failure = posix_spawn_file_actions_adddup2(actions, above + i, i);
	if (!failure)
		failure = posix_spawn_file_actions_addclosefrom_np(actions, count);
	if (!failure && spec->folder)
		failure = posix_spawn_file_actions_addchdir_np(actions, spec->folder);
	return failure;
}

static int spawn(const ChildSpec *spec, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	short group = spec->terminal ? 0 : POSIX_SPAWN_SETPGROUP;
	int failure;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes,
				 group | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	failure = add_files(&actions, spec);
	if (!failure)
		failure = posix_spawnp(pid, spec->argv[0], &actions, &attributes,
				       (char *const *)spec->argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return failure;
}

/* Waits for the end, the deadline or the cancellation, whichever is first. */
static ChildEnd await(int pidfd, gint64 until, GCancellable *cancellable)
{
	int cancel = cancellable ? g_cancellable_get_fd(cancellable) : -1;
	struct pollfd polled[] = {{.fd = pidfd, .events = POLLIN},
				  {.fd = cancel, .events = POLLIN}};
	ChildEnd end = CHILD_ENDED;

	for (;;) {
		gint64 left = until ? until - g_get_monotonic_time() : -1;
		int count;

		if (until && left <= 0) {
			end = CHILD_TIMED_OUT;
			break;
		}
		count = poll(polled, 2, until ? (int)MIN(left / 1000 + 1, G_MAXINT) : -1);
		if (count < 0 && errno == EINTR)
			continue;
		if (polled[0].revents)
			break;
		if (polled[1].revents) {
			end = CHILD_CANCELLED;
			break;
		}
	}
	if (cancel >= 0)
		g_cancellable_release_fd(cancellable);
	return end;
}

/* Asks first, so that the child can end what has left its group: by hanging up, or by SIGTERM to
 * the leader alone; then SIGKILL to all. */
static void stop(const ChildSpec *spec, pid_t pid, int pidfd)
{
	struct pollfd polled = {.fd = pidfd, .events = POLLIN};

	if (spec->extra < 0 || shutdown(spec->extra, SHUT_RDWR))
		kill(pid, SIGTERM);
	if (pidfd >= 0)
		poll(&polled, 1, 1000);
	kill(spec->terminal ? pid : -pid, SIGKILL);
}

static void reap(pid_t pid, int *status)
{
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
}

gboolean child_run(const ChildSpec *spec, GCancellable *cancellable, ChildResult *result,
		   GError **error)
{
	gint64 start = g_get_monotonic_time();
	gint64 until = spec->deadline > 0 ? start + (gint64)(spec->deadline * G_USEC_PER_SEC) : 0;
	pid_t pid;
	int failure = spawn(spec, &pid);
	int pidfd;

	if (failure) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot start '%s': %s",
			    spec->argv[0], g_strerror(failure));
		return FALSE;
	}
	pidfd = pidfd_open(pid, 0);
	result->end = pidfd < 0 ? CHILD_CANCELLED : await(pidfd, until, cancellable);
	if (result->end != CHILD_ENDED)
		stop(spec, pid, pidfd);
	reap(pid, &result->status);
	result->seconds = (g_get_monotonic_time() - start) / (gdouble)G_USEC_PER_SEC;
	if (pidfd >= 0)
		close(pidfd);
	return TRUE;
}

gchar *child_output(const gchar *const *argv, gdouble deadline, int *status, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	int file = memfd_create("output", MFD_CLOEXEC);
	ChildSpec spec = {.argv = argv, .in = -1, .extra = -1, .deadline = deadline};
	ChildResult result;
	gchar buffer[4096];
	ssize_t count;

	spec.out = spec.err = file;
	if (!child_run(&spec, NULL, &result, error)) {
		close(file);
		return NULL;
	}
	lseek(file, 0, SEEK_SET);
	while ((count = read(file, buffer, sizeof buffer)) > 0)
		g_string_append_len(text, buffer, count);
	close(file);
	if (result.end != CHILD_ENDED) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "'%s' did not end within %.0f s",
			    argv[0], deadline);
		return NULL;
	}
	*status = result.status;
	g_strchomp(text->str);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

gchar *child_ask(const gchar *const *program, const gchar *const *words, gdouble deadline,
		 int *status, GError **error)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();

	for (; *program; program++)
		g_ptr_array_add(argv, (gpointer)*program);
	for (; *words; words++)
		g_ptr_array_add(argv, (gpointer)*words);
	g_ptr_array_add(argv, NULL);
	return child_output((const gchar *const *)argv->pdata, deadline, status, error);
}
