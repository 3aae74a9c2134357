#include "user/pass.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/write.h"
#include "user/view.h"

#define ADD(argv, ...) g_strv_builder_add_many(argv, __VA_ARGS__, NULL)

/* One run under way. */
typedef struct {
	sigset_t before; /* this process's own mask */
	int report[2];   /* the second end is a64rig-pass's */
	int signals, process;
	pid_t pid;
	GString *said;   /* what was reported and is no whole line yet */
	gboolean failed; /* the program was not started; what ends now is not it */
	Outcome *outcome;
} Pass;

/* The program's loader is to obey these, not the emulator's or bubblewrap's. */
static gboolean is_for_loader(const gchar *variable)
{
	return g_str_has_prefix(variable, "LD_");
}

/* QEMU takes a comma for the end of one variable. */
static gboolean add_environment(GStrvBuilder *argv, GError **error)
{
	for (gchar **variable = environ; *variable; variable++) {
		if (!is_for_loader(*variable))
			continue;
		if (strchr(*variable, ',')) {
			g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
				    "%s has a comma in it, and QEMU cannot give that to a program",
				    *variable);
			return FALSE;
		}
		ADD(argv, "-E", *variable);
	}
	return TRUE;
}

/* What is left of the environment for the emulator. Free the array alone. */
static gchar **outer_environment(void)
{
	GPtrArray *kept = g_ptr_array_new();

	for (gchar **variable = environ; *variable; variable++)
		if (!is_for_loader(*variable))
			g_ptr_array_add(kept, *variable);
	g_ptr_array_add(kept, NULL);
	return (gchar **)g_ptr_array_free(kept, FALSE);
}

static void add_view(const PassSpec *spec, GStrvBuilder *argv)
{
	const gchar *needed[] = {spec->sysroot, spec->emulator, spec->sandbox->launch, NULL};
	g_autofree gchar *folder = g_get_current_dir();
	const View view = {.folder = folder,
			   .program = spec->path,
			   .needed = needed,
			   .bound = (const gchar *const *)spec->bound};

	sandbox_walls(spec->sandbox, argv);
	view_add(&view, argv);
}

gboolean pass_keeps_folder(const PassSpec *spec)
{
	static const gchar *const none[] = {NULL};
	g_autofree gchar *folder = g_get_current_dir();
	const View view = {folder, spec->path, none, (const gchar *const *)spec->bound};

	return !spec->sandbox->bwrap || view_keeps_folder(&view);
}

static void add_number(GStrvBuilder *argv, const gchar *format, guint64 number)
{
	g_autofree gchar *digits = g_strdup_printf("%" G_GINT64_MODIFIER "x", number);
	g_autofree gchar *word = g_strconcat(format, digits, NULL);

	g_strv_builder_add(argv, word);
}

static guint64 own_mask(void)
{
	sigset_t mask;
	guint64 bits = 0;

	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	for (int number = 1; number < 64; number++)
		if (sigismember(&mask, number) == 1)
			bits |= G_GUINT64_CONSTANT(1) << (number - 1);
	return bits;
}

/* bubblewrap sets PWD to what it finds. */
static void add_launch(const PassSpec *spec, int report, GStrvBuilder *argv)
{
	g_autofree gchar *files = g_strdup_printf("report=%d core=%d", report, spec->core);
	g_auto(GStrv) words = g_strsplit(files, " ", 2);
	const gchar *folder = g_getenv("PWD");
	g_autofree gchar *pwd = g_strconcat("pwd=", folder, NULL);

	ADD(argv, spec->sandbox->launch, words[0], words[1]);
	add_number(argv, "mask=", own_mask());
	if (folder)
		g_strv_builder_add(argv, pwd);
	g_strv_builder_add(argv, "--");
}

gchar **pass_command(const PassSpec *spec, const Profile *profile, int report, GError **error)
{
	g_autoptr(GStrvBuilder) argv = g_strv_builder_new();
	g_autofree gchar *cpu = profile_cpu(profile);

	if (spec->sandbox->bwrap)
		add_view(spec, argv);
	add_launch(spec, report, argv);
	ADD(argv, spec->emulator, "-cpu", cpu, "-L", spec->sysroot);
	if (!add_environment(argv, error))
		return NULL;
	g_strv_builder_add(argv, spec->program);
	g_strv_builder_addv(argv, (const gchar **)spec->args);
	return g_strv_builder_end(argv);
}

static gboolean fail(const gchar *what, int number, GError **error)
{
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "%s: %s", what, g_strerror(number));
	return FALSE;
}

/* All but what this process is told of the child's end, and of its own faults. */
static void hold_signals(Pass *pass)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &pass->before);
	sigdelset(&all, SIGCHLD);
	pass->signals = signalfd(-1, &all, SFD_CLOEXEC);
}

/* All that this process has open goes on to the program. */
static gboolean spawn(Pass *pass, const PassSpec *spec, gchar **argv, GError **error)
{
	g_autofree gchar **environment = outer_environment();
	posix_spawn_file_actions_t actions;
	int failure = 0;

	posix_spawn_file_actions_init(&actions);
	for (int file = STDOUT_FILENO; spec->silent && file <= STDERR_FILENO && !failure; file++)
		failure =
			posix_spawn_file_actions_addopen(&actions, file, "/dev/null", O_WRONLY, 0);
	fcntl(pass->report[1], F_SETFD, 0);
	fcntl(spec->core, F_SETFD, 0);
	if (!failure)
		failure = posix_spawnp(&pass->pid, argv[0], &actions, NULL, argv, environment);
	fcntl(spec->core, F_SETFD, FD_CLOEXEC);
	posix_spawn_file_actions_destroy(&actions);
	close(pass->report[1]);
	pass->report[1] = -1;
	if (failure)
		return fail(argv[0], failure, error);
	pass->process = pidfd_open(pass->pid, 0);
	return pass->process >= 0 || fail("pidfd_open", errno, error);
}

/* The caller, a shell say, is to see that the program has stopped. */
static void stop_too(int number)
{
	sigset_t one, before;

	sigemptyset(&one);
	sigaddset(&one, number);
	raise(number);
	pthread_sigmask(SIG_UNBLOCK, &one, &before);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void take_line(Pass *pass, const gchar *line)
{
	Outcome *outcome = pass->outcome;
	int number = 0;
	gchar step[64] = "";

	if (sscanf(line, "stopped %d", &number) == 1) {
		stop_too(number);
		return;
	}
	if (pass->failed)
		return;
	if (sscanf(line, "exited %d", &number) == 1) {
		outcome->code = number;
		outcome_end(outcome, OUTCOME_EXITED, NULL);
	} else if (sscanf(line, "signalled %d", &number) == 1) {
		outcome->signal = number;
		outcome_end(outcome, OUTCOME_SIGNALLED, NULL);
	} else if (sscanf(line, "failed %d %63[^\n]", &number, step) == 2) {
		pass->failed = TRUE;
		outcome_end(outcome, OUTCOME_RIG_FAULT,
			    g_strdup_printf("%s: %s", step, g_strerror(number)));
	}
}

/* FALSE where there is nothing, or no more. */
static gboolean listen_to(Pass *pass)
{
	gchar bytes[256];
	ssize_t count = recv(pass->report[0], bytes, sizeof bytes, MSG_DONTWAIT);
	const gchar *end;

	if (count <= 0)
		return FALSE;
	g_string_append_len(pass->said, bytes, count);
	while ((end = memchr(pass->said->str, '\n', pass->said->len))) {
		g_autofree gchar *line = g_strndup(pass->said->str, (gsize)(end - pass->said->str));

		g_string_erase(pass->said, 0, (gssize)strlen(line) + 1);
		take_line(pass, line);
	}
	return TRUE;
}

static void pass_on(Pass *pass)
{
	struct signalfd_siginfo news;

	if (read(pass->signals, &news, sizeof news) == sizeof news)
		send_all(pass->report[0], &(guint8){(guint8)news.ssi_signo}, 1);
}

static void attend(Pass *pass)
{
	struct pollfd polled[] = {{.fd = pass->process, .events = POLLIN},
				  {.fd = pass->signals, .events = POLLIN},
				  {.fd = pass->report[0], .events = POLLIN}};

	for (;;) {
		if (poll(polled, G_N_ELEMENTS(polled), -1) < 0 && errno != EINTR)
			break;
		if (polled[1].revents)
			pass_on(pass);
		if (polled[2].revents && !listen_to(pass))
			polled[2].fd = -1;
		if (polled[0].revents)
			break;
	}
	while (listen_to(pass))
		;
	while (waitpid(pass->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void pass_clear(Pass *pass)
{
	const int files[] = {pass->report[0], pass->report[1], pass->signals, pass->process};

	for (guint i = 0; i < G_N_ELEMENTS(files); i++)
		if (files[i] >= 0)
			close(files[i]);
	if (pass->said)
		g_string_free(pass->said, TRUE);
	outcome_free(pass->outcome);
	pthread_sigmask(SIG_SETMASK, &pass->before, NULL);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pass, pass_clear)

static void find_core(Outcome *outcome, int core)
{
	struct stat status;

	if (!fstat(core, &status) && status.st_size)
		outcome->core = g_strdup_printf("/proc/self/fd/%d", core);
}

Outcome *pass_run(const PassSpec *spec, const Profile *profile, GError **error)
{
	g_auto(Pass) pass = {.report = {-1, -1}, .signals = -1, .process = -1};
	gint64 start = g_get_monotonic_time();
	g_auto(GStrv) argv = NULL;

	/* Where the caller ignores it, nothing can be waited for. */
	signal(SIGCHLD, SIG_DFL);
	pthread_sigmask(SIG_SETMASK, NULL, &pass.before);
	if (ftruncate(spec->core, 0) ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pass.report)) {
		fail("making ready", errno, error);
		return NULL;
	}
	argv = pass_command(spec, profile, pass.report[1], error);
	if (!argv)
		return NULL;
	hold_signals(&pass);
	pass.said = g_string_new(NULL);
	pass.outcome = outcome_new(profile->name);
	outcome_end(pass.outcome, OUTCOME_RIG_FAULT, g_strdup("the sandbox ended early"));
	if (!spawn(&pass, spec, argv, error))
		return NULL;
	attend(&pass);
	find_core(pass.outcome, spec->core);
	pass.outcome->seconds = (g_get_monotonic_time() - start) / (gdouble)G_USEC_PER_SEC;
	return g_steal_pointer(&pass.outcome);
}
