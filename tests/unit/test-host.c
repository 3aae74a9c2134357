/* What the rig is told of guests, with libvirt's own test driver (libvirt's drvtest.html). */
#include <string.h>

#include "base/error.h"
#include "sys/host.h"

static Host *open_test(void)
{
	g_autoptr(GError) error = NULL;
	Host *host = host_open(NULL, "test:///default", "default-pool", &error);

	g_assert_no_error(error);
	return host;
}

/* Ends the driver's one guest, and starts it again. */
static void end_guest(const Host *host)
{
	virDomainPtr guest = virDomainLookupByName(host->connection, "test");

	g_assert_nonnull(guest);
	g_assert_cmpint(virDomainDestroy(guest), ==, 0);
	g_assert_cmpint(virDomainCreate(guest), ==, 0);
	virDomainFree(guest);
}

static void test_end_is_told(void)
{
	g_autoptr(Host) host = open_test();
	HostDomain *guest = host_watch(host, "test");
	HostDomain *other = host_watch(host, "tes");

	end_guest(host);
	g_mutex_lock(&host->mutex);
	while (!guest->ended)
		g_cond_wait(&host->changed, &host->mutex);
	g_assert_false(other->ended);
	g_mutex_unlock(&host->mutex);
	host_unwatch(host, other);
	host_unwatch(host, guest);
}

/* libvirt's thread may come with what happened before: that must not reach what is gone, which a
 * sanitizer sees. */
static void test_told_too_late(void)
{
	for (guint i = 0; i < 50; i++) {
		g_autoptr(Host) host = open_test();

		end_guest(host);
	}
	test_end_is_told();
}

static void assert_refused(const gchar *uri, const gchar *pool, const gchar *words)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(host_open(NULL, uri, pool, &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG);
	if (!strstr(error->message, words))
		g_error("'%s' does not say '%s'", error->message, words);
}

static void test_refused(void)
{
	assert_refused("nonsense:///", NULL, "libvirt cannot be used: ");
	assert_refused("test:///default", "no-such", "storage pool 'no-such' cannot be used");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/host/end-is-told", test_end_is_told);
	g_test_add_func("/host/told-too-late", test_told_too_late);
	g_test_add_func("/host/refused", test_refused);
	return g_test_run();
}
