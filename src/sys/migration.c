#include "sys/migration.h"

#include <libvirt/libvirt-qemu.h>
#include <string.h>

#include "base/error.h"
#include "sys/host.h"

enum { DEADLINE = 60 }; /* seconds */

static gboolean ask_qemu(virDomainPtr domain, const gchar *command, int file, GError **error)
{
	g_autofree gchar *reply = NULL;
	int files[1] = {file};
	int failed = file >= 0 ? virDomainQemuMonitorCommandWithFiles(domain, command, 1, files,
								      NULL, NULL, &reply, 0)
			       : virDomainQemuMonitorCommand(domain, command, &reply, 0);

	if (failed) {
		g_autofree gchar *doing = g_strdup_printf("QEMU cannot be asked '%s'", command);

		host_error(error, doing);
		return FALSE;
	}
	if (g_str_has_prefix(reply, "{\"return\""))
		return TRUE;
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "QEMU refuses '%s': %s", command, reply);
	return FALSE;
}

/* Memory in a file that is shared is not part of the state (QEMU, migration/ram.c,
 * ramblock_is_ignored). */
static gboolean leave_memory(virDomainPtr domain, GError **error)
{
	return ask_qemu(
		domain,
		"{\"execute\": \"migrate-set-capabilities\", \"arguments\": "
		"{\"capabilities\": [{\"capability\": \"x-ignore-shared\", \"state\": true}]}}",
		-1, error);
}

static gboolean pass_state(virDomainPtr domain, int state, const gchar *command, GError **error)
{
	return leave_memory(domain, error) &&
	       ask_qemu(domain, "{\"execute\": \"getfd\", \"arguments\": {\"fdname\": \"state\"}}",
			state, error) &&
	       ask_qemu(domain, command, -1, error);
}

/* The end of a migration that libvirt did not start is not told by an event. */
static gboolean await_migration(virDomainPtr domain, gulong pause, GError **error)
{
	gint64 until = g_get_monotonic_time() + (gint64)DEADLINE * G_USEC_PER_SEC;

	while (g_get_monotonic_time() < until) {
		g_autofree gchar *reply = NULL;

		if (virDomainQemuMonitorCommand(domain, "{\"execute\": \"query-migrate\"}", &reply,
						0)) {
			host_error(error, "the guest ended while its state was loaded or saved");
			return FALSE;
		}
		if (strstr(reply, "\"completed\""))
			return TRUE;
		if (strstr(reply, "\"failed\""))
			break;
		g_usleep(pause);
	}
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
		    "QEMU cannot load or save the guest's state");
	return FALSE;
}

gboolean migration_save(virDomainPtr domain, int state, GError **error)
{
	return pass_state(domain, state,
			  "{\"execute\": \"migrate\", \"arguments\": {\"uri\": \"fd:state\"}}",
			  error) &&
	       await_migration(domain, 5000, error);
}

gboolean migration_load(virDomainPtr domain, int state, GError **error)
{
	return pass_state(domain, state,
			  "{\"execute\": \"migrate-incoming\", "
			  "\"arguments\": {\"uri\": \"fd:state\"}}",
			  error) &&
	       await_migration(domain, 1000, error);
}
