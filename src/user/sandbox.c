#include "user/sandbox.h"

#include <unistd.h>

#include "base/child.h"
#include "base/error.h"

#define ADD(argv, ...) g_strv_builder_add_many(argv, __VA_ARGS__, NULL)

static void add_bind(GStrvBuilder *argv, const gchar *host, const gchar *folder)
{
	g_autofree gchar *base = g_path_get_basename(host);
	g_autofree gchar *guest = g_build_filename(folder, base, NULL);

	ADD(argv, "--ro-bind", host, guest);
}

/* What QEMU's dynamic linker needs of the host: /usr, and /lib... as they are there: links into
 * /usr on a merged system, folders on an older one. */
static void add_host(GStrvBuilder *argv)
{
	static const gchar *const folders[] = {"/lib", "/lib64", "/lib32", "/bin", "/sbin"};

	ADD(argv, "--ro-bind", "/usr", "/usr");
	for (guint i = 0; i < G_N_ELEMENTS(folders); i++) {
		g_autofree gchar *target = g_file_read_link(folders[i], NULL);

		if (target)
			ADD(argv, "--symlink", target, folders[i]);
		else if (g_file_test(folders[i], G_FILE_TEST_IS_DIR))
			ADD(argv, "--ro-bind", folders[i], folders[i]);
	}
	/* Parents of bound files would get mode 0700. */
	ADD(argv, "--perms", "0755", "--dir", "/etc", "--ro-bind-try", "/etc/ld.so.cache",
	    "/etc/ld.so.cache");
	/* Programs count processors there, and some give up where they cannot. */
	ADD(argv, "--perms", "0755", "--dir", "/sys", "--perms", "0755", "--dir", "/sys/devices",
	    "--perms", "0755", "--dir", "/sys/devices/system", "--ro-bind-try",
	    "/sys/devices/system/cpu", "/sys/devices/system/cpu");
}

void sandbox_walls(const Sandbox *sandbox, GStrvBuilder *argv)
{
	ADD(argv, sandbox->bwrap, "--unshare-ipc", "--unshare-pid", "--unshare-net",
	    "--unshare-uts", "--unshare-cgroup-try", "--die-with-parent", "--as-pid-1",
	    "--cap-drop", "ALL");
}

static void add_walls(const Sandbox *sandbox, GStrvBuilder *argv)
{
	sandbox_walls(sandbox, argv);
	ADD(argv, "--new-session");
	if (geteuid() == 0)
		ADD(argv, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add",
		    "CAP_KILL");
	ADD(argv, "--clearenv", "--setenv", "PATH", "/usr/bin:/bin", "--setenv", "LANG", "C.UTF-8",
	    "--setenv", "HOME", ENGINE_RUN, "--setenv", "TMPDIR", ENGINE_RUN);
	add_host(argv);
	ADD(argv, "--perms", "0755", "--dir", "/rig", "--perms", "0755", "--dir", ENGINE_CASE,
	    "--perms", "0755", "--dir", ENGINE_SUBJECT);
}

static void add_limit(GStrvBuilder *argv, const gchar *name, gulong value)
{
	g_autofree gchar *word = g_strdup_printf("%s=%lu", name, value);

	g_strv_builder_add(argv, word);
}

static void add_launch(GStrvBuilder *argv, const Sandbox *sandbox, const RunSpec *spec)
{
	g_strv_builder_add(argv, sandbox->bwrap ? "/rig/launch" : sandbox->launch);
	add_limit(argv, "address-space", spec->memory ? spec->memory : SANDBOX_MEMORY);
	add_limit(argv, "cpu", (gulong)(spec->timeout * g_get_num_processors()) + 1);
	add_limit(argv, "file", SANDBOX_FILE);
	add_limit(argv, "core", SANDBOX_CORE);
	if (!sandbox->bwrap) {
		/* Here the count would hold against all that the user runs. */
		add_limit(argv, "sweep", 1);
	} else {
		add_limit(argv, "processes", SANDBOX_PROCESSES);
		if (geteuid() == 0) {
			add_limit(argv, "user", spec->user ? spec->user : SANDBOX_USERS);
			add_limit(argv, "group", spec->user ? spec->user : SANDBOX_USERS);
		}
	}
	g_strv_builder_add(argv, "--");
}

static gboolean is_in_usr(const gchar *path)
{
	return g_str_has_prefix(path, "/usr/");
}

gchar *sandbox_emulator(const Sandbox *sandbox, const gchar *emulator)
{
	g_autofree gchar *base = g_path_get_basename(emulator);

	if (!sandbox->bwrap || is_in_usr(emulator))
		return g_strdup(emulator);
	return g_build_filename("/rig/emulator", base, NULL);
}

void sandbox_command(const Sandbox *sandbox, const RunSpec *spec, const gchar *emulator,
		     GStrvBuilder *argv)
{
	if (sandbox->bwrap) {
		add_walls(sandbox, argv);
		ADD(argv, "--ro-bind", sandbox->launch, "/rig/launch", "--ro-bind", spec->sysroot,
		    SANDBOX_SYSROOT);
		if (sandbox->plugin)
			ADD(argv, "--ro-bind", sandbox->plugin, SANDBOX_PLUGIN);
		add_bind(argv, spec->program, ENGINE_CASE);
		for (const gchar *const *file = spec->beside; *file; file++)
			add_bind(argv, *file, ENGINE_CASE);
		for (const gchar *const *file = spec->files; *file; file++)
			add_bind(argv, *file, ENGINE_SUBJECT);
		if (!is_in_usr(emulator)) {
			ADD(argv, "--perms", "0755", "--dir", "/rig/emulator");
			add_bind(argv, emulator, "/rig/emulator");
		}
		ADD(argv, "--bind", spec->folder, ENGINE_RUN, "--symlink", ENGINE_RUN, "/tmp",
		    "--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev", "--remount-ro", "/",
		    "--chdir", ENGINE_RUN);
	}
	add_launch(argv, sandbox, spec);
}

gboolean sandbox_check(const Sandbox *sandbox, GError **error)
{
	const gchar *argv[] = {
		sandbox->bwrap, "--unshare-pid", "--unshare-net", "--ro-bind", "/",         "/",
		"--proc",       "/proc",         "--dev",         "/dev",      "/bin/true", NULL};
	int status;
	g_autofree gchar *said = NULL;

	if (!sandbox->bwrap) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "no bubblewrap in PATH, so nothing can be run safely; install it (apt "
			    "install bubblewrap), or say --no-sandbox where the code is trusted");
		return FALSE;
	}
	said = child_output(argv, 30, &status, error);
	if (!said)
		return FALSE;
	if (status == 0)
		return TRUE;
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
		    "bubblewrap does not work here: %s; allow user namespaces (sysctl "
		    "kernel.unprivileged_userns_clone=1, or an AppArmor profile for bwrap), or say "
		    "--no-sandbox where the code is trusted",
		    *said ? said : "no message");
	return FALSE;
}
