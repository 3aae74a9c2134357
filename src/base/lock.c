#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

enum { WAIT_MS = 100 };

typedef struct {
	const gchar *path;
	LockWaits waits;
	gpointer data;
} Waiter;

/* FALSE when cancelled. */
static gboolean pause_for(GCancellable *cancellable, GError **error)
{
	GPollFD polled = {.fd = -1};

	g_cancellable_make_pollfd(cancellable, &polled);
	g_poll(&polled, 1, WAIT_MS);
	g_cancellable_release_fd(cancellable);
	return !g_cancellable_set_error_if_cancelled(cancellable, error);
}

static void fail(const gchar *what, const gchar *path, GError **error)
{
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot %s '%s': %s", what, path,
		    g_strerror(errno));
}

static gboolean wait_for(int file, const Waiter *waiter, GCancellable *cancellable, GError **error)
{
	gboolean told = FALSE;

	while (flock(file, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK && errno != EINTR) {
			fail("lock", waiter->path, error);
			return FALSE;
		}
		if (!told && waiter->waits)
			waiter->waits(waiter->data);
		told = TRUE;
		if (!pause_for(cancellable, error))
			return FALSE;
	}
	return TRUE;
}

/* Is it still the one of that name? Who had the lock may have removed it. */
static gboolean is_there(int file)
{
	struct stat status;

	return !fstat(file, &status) && status.st_nlink;
}

/* -1 without an error: it is not there any more. */
static int take(const Waiter *waiter, GCancellable *cancellable, GError **error)
{
	int file = open(waiter->path, O_CREAT | O_RDWR | O_CLOEXEC, 0644);

	if (file < 0) {
		fail("open", waiter->path, error);
		return -1;
	}
	if (wait_for(file, waiter, cancellable, error) && is_there(file))
		return file;
	close(file);
	return -1;
}

int lock_take(const gchar *path, LockWaits waits, gpointer data, GCancellable *cancellable,
	      GError **error)
{
	const Waiter waiter = {.path = path, .waits = waits, .data = data};
	GError *failure = NULL;
	int file;

	do
		file = take(&waiter, cancellable, &failure);
	while (file < 0 && !failure);
	if (failure)
		g_propagate_error(error, failure);
	return file;
}

int lock_try(const gchar *path)
{
	int file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0644);

	if (file >= 0 && !flock(file, LOCK_EX | LOCK_NB) && is_there(file))
		return file;
	if (file >= 0)
		close(file);
	return -1;
}
